//! Signing in, and making the first admin: plain forms that need no script.

use icondata_lu as lu;
use leptos::prelude::*;

use crate::{
    location::At,
    markup::view,
    ui::{Field, Icon, Title},
};

/// `/sign-in`. The server sends a refused try back here with its reason.
#[component]
pub fn SignInPage(at: At) -> impl IntoView {
    let problem = at.get("problem").map(|problem| explain(&problem));
    let next = at.get("next").unwrap_or_else(|| "/".into());
    let login = at.get("login").unwrap_or_default();
    let retrying = !login.is_empty();
    view! {
        <Title text="Sign in" />
        <main class="door">
            <form class="door-card" method="post" action="/sign-in">
                <p class="logo door-logo"><b aria-hidden="true">"S"</b>"Siwaht"</p>
                <h1>"Sign in"</h1>
                {problem.map(|text| view! { <p class="alert" role="alert"><Icon icon=lu::LuCircleAlert />{text}</p> })}
                <input type="hidden" name="next" value=next />
                <Field label="E-mail or username" id="login">
                    <input id="login" name="login" class="input" required maxlength="254" autocomplete="username"
                        autocapitalize="none" spellcheck="false" autofocus=!retrying value=login />
                </Field>
                <Field label="Password" id="password">
                    <input id="password" name="password" type="password" class="input" required maxlength="200"
                        autocomplete="current-password" autofocus=retrying />
                </Field>
                <button class="btn btn-primary btn-wide">"Sign in"</button>
            </form>
        </main>
    }
}

fn explain(problem: &str) -> String {
    match problem.split_once('-') {
        Some(("wait", seconds)) if seconds.bytes().all(|b| b.is_ascii_digit()) => {
            let minutes = seconds.parse::<u32>().unwrap_or(60).div_ceil(60);
            format!("Too many tries. Wait {minutes} min, then try again.")
        }
        _ if problem == "demo" => {
            "This database holds demo data, which is shown on the server's own machine only.".into()
        }
        _ if problem == "unavailable" => "The database cannot be reached. Try again in a few seconds.".into(),
        _ => "No active account matches this name and password.".into(),
    }
}

/// `/set-up?token=…`: the first admin of a new installation.
#[component]
pub fn SetUpPage(at: At) -> impl IntoView {
    let text = |name: &str| at.get(name).unwrap_or_default();
    let (problem, token, name, email) = (text("problem"), text("token"), text("name"), text("email"));
    let wrong = |field: &str, message: &str| problem.split(',').any(|f| f == field).then(|| message.to_owned());
    let used = wrong("used", "This link is used up or over. Restart the server for a new one.");
    view! {
        <Title text="Set up" />
        <main class="door">
            <form class="door-card" method="post" action="/set-up">
                <p class="logo door-logo"><b aria-hidden="true">"S"</b>"Siwaht"</p>
                <h1>"Make the first admin"</h1>
                {used.map(|text| view! { <p class="alert" role="alert"><Icon icon=lu::LuCircleAlert />{text}</p> })}
                <input type="hidden" name="token" value=token />
                <Field label="Your name" id="name" error=wrong("name", "is required, at most 200 characters")>
                    <input id="name" name="name" class="input" required maxlength="200" autocomplete="name" value=name />
                </Field>
                <Field label="E-mail" id="email" error=wrong("email", "is not a valid e-mail address")>
                    <input id="email" name="email" type="email" class="input" required maxlength="254" autocomplete="email" value=email />
                </Field>
                <Field label="Password (10 characters or more)" id="password" error=wrong("password", "use 10 to 200 characters")>
                    <input id="password" name="password" type="password" class="input" required minlength="10" maxlength="200" autocomplete="new-password" />
                </Field>
                <button class="btn btn-primary btn-wide">"Make admin and sign in"</button>
            </form>
        </main>
    }
}
