// The demo company's people, and what every journey does first.
import { type APIRequestContext, expect, type Locator, type Page, type PlaywrightWorkerArgs, test as base } from "@playwright/test";
import AxeBuilder from "./axe";

export const password = process.env.SIWAHT_DEMO_PASSWORD ?? "siwaht-demo";

export async function signIn(page: Page, person: string, path = "/leads") {
  await page.goto(path);
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("E-mail or username").fill(`${person}@example.com`);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL((url) => url.pathname + url.search === path);
  await alive(page);
}

/** The same person as a program. */
export async function as(playwright: PlaywrightWorkerArgs["playwright"], baseURL: string | undefined, person: string): Promise<APIRequestContext> {
  const context = await playwright.request.newContext({ baseURL });
  await context.post("/api/login", { data: { login: `${person}@example.com`, password } });
  return context;
}

/** The page listens: before that a click may fall on a page that is still coming alive. */
export async function alive(page: Page) {
  await page.waitForFunction(() => document.body.dataset.alive === "true");
}

/** Holds a part of the browser's code back, as a slow line does, until what it gives is called. */
export async function hold(page: Page, part: string): Promise<() => void> {
  let arrive: () => void = () => {};
  const held = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(new RegExp(`/pkg/split_${part}[^/]*\\.wasm`), async (route) => {
    await held;
    await route.continue();
  });
  return arrive;
}

/** Fails a journey whose page wrote an error to the console, other than what the journey itself brings about. */
export const test = base.extend<{ quiet: void; provoked: RegExp }>({
  provoked: [/Failed to load resource/, { option: true }],
  quiet: [
    async ({ page, provoked }, use) => {
      const said: string[] = [];
      page.on("console", (message) => message.type() === "error" && said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      await use();
      expect(said.filter((text) => !provoked.test(text)), "the console stays quiet").toEqual([]);
    },
    { auto: true },
  ],
});

/** Nothing inside sticks out of it or lies upon another. */
export async function tidy(within: Locator, selector: string) {
  const untidy = await within.evaluate((place, selector) => {
    const right = place.getBoundingClientRect().left + place.clientWidth - parseFloat(getComputedStyle(place).paddingRight);
    const boxes = [...place.querySelectorAll(selector)].map((one) => one.getBoundingClientRect());
    const meet = (a: DOMRect, b: DOMRect) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return boxes.filter((box, at) => box.right > right + 1 || boxes.slice(at + 1).some((other) => meet(box, other))).length;
  }, selector);
  expect(untidy, `${selector} that stick out or overlap`).toBe(0);
}

/** No violation of the accessibility rules on what is shown now. */
export async function accessible(page: Page) {
  expect(await AxeBuilder(page)).toEqual([]);
}

export { expect };
