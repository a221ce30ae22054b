// A lead in its sheet: read, moved, written to, and never lost.
import type { APIRequestContext, Page } from "@playwright/test";
import { accessible, expect, password, signIn, test } from "./people";

type Playwright = { request: { newContext(options: object): Promise<APIRequestContext> } };

/** A program that works as this person, beside the browser. */
async function program(playwright: Playwright, baseURL: string | undefined, person: string) {
  const context = await playwright.request.newContext({ baseURL });
  expect((await context.post("/api/login", { data: { login: `${person}@example.com`, password } })).status()).toBe(200);
  return context;
}

async function make(api: APIRequestContext, lead: object): Promise<number> {
  const answer = await api.post("/api/leads", { data: lead });
  expect(answer.status()).toBe(201);
  return (await answer.json()).id;
}

const sheetOf = (page: Page) => page.getByRole("dialog", { name: "Lead", exact: true });
/** The sheet listens: it has taken the place of what the server sent. */
const live = (page: Page) => expect(page.locator("dialog.sheet:modal")).toBeVisible();

test("a sheet shows who it is, how it stands and what happened", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const name = `Maya Sheet ${Date.now()}`;
  const id = await make(ali, { name, company: "Brightline Dental", value: 18000, email: "maya@brightline.example", source: "Referral", priority: "high" });
  await ali.post(`/api/leads/${id}/interactions`, { data: { type: "call", text: "Wants two lines.\n\nBudget holder is Tom." } });
  await ali.patch(`/api/leads/${id}`, { data: { status: "proposal" } });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await expect(sheet.locator(".sheet-name")).toHaveText(name);
  await expect(sheet.locator(".sheet-standing")).toContainText("Brightline Dental · last touched just now");
  await expect(sheet.locator(".sheet-value")).toHaveText("$18,000");
  await expect(sheet.getByRole("button", { name: "Proposal" })).toHaveAttribute("aria-current", "step");
  const entries = sheet.locator(".entry");
  await expect(entries.nth(0)).toContainText("moved New → Proposal");
  await expect(entries.nth(0)).toContainText("via API");
  await expect(entries.nth(1)).toContainText("Budget holder is Tom.");
  await expect(entries.nth(2)).toContainText("created the lead");
  await expect(sheet.getByRole("region", { name: "Score" }).getByRole("listitem").first()).toBeVisible();
  await accessible(page);
  await sheet.getByRole("button", { name: "Changes" }).click();
  await expect(sheet.getByText("Budget holder is Tom.")).toHaveCount(0);
  await expect(entries.nth(0)).toContainText("moved New → Proposal");
  await ali.delete(`/api/leads/${id}`);
});

test("keyboard: a call is logged, its draft survives a reload", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Kept Draft ${Date.now()}` });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await page.keyboard.press("c");
  const text = sheet.locator("#composer-text");
  await expect(text).toBeFocused();
  await page.keyboard.type("Half a sentence");
  await expect(sheet.getByText("Draft kept")).toBeVisible();
  await page.reload();
  await live(page);
  await expect(text).toHaveValue("Half a sentence");
  await expect(sheet.getByRole("radio", { name: "Call" })).toBeChecked();
  await text.press("End");
  await page.keyboard.type(" and the rest");
  await page.keyboard.press("Control+Enter");
  await expect(sheet.locator(".entry").first()).toContainText("Half a sentence and the rest");
  await expect(text).toHaveValue("");
  await expect(sheet.getByText("Call logged")).toBeVisible();
  await expect(sheet.locator(".sheet-standing")).toContainText("last touched just now");
  await page.reload();
  await live(page);
  await expect(text).toHaveValue("");
  await ali.delete(`/api/leads/${id}`);
});

test("what could not be logged stays in the composer", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Away Server ${Date.now()}` });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await page.route("**/ui/interactions/log", (route) => route.abort());
  await sheet.locator("#composer-text").fill("Important");
  await sheet.getByRole("button", { name: "Log note" }).click();
  await expect(sheet.getByRole("alert")).toContainText("cannot be reached");
  await expect(sheet.locator("#composer-text")).toHaveValue("Important");
  await page.unroute("**/ui/interactions/log");
  await sheet.getByRole("button", { name: "Retry" }).click();
  await expect(sheet.locator(".entry").first()).toContainText("Important");
  await expect(sheet.getByRole("alert")).toHaveCount(0);
  await ali.delete(`/api/leads/${id}`);
});

test("what was refused comes back ahead of what is being written by now", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Slow Server ${Date.now()}` });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  const text = sheet.locator("#composer-text");
  let refuse: () => void = () => {};
  const refused = new Promise<void>((resolve) => (refuse = resolve));
  await page.route("**/ui/interactions/log", async (route) => {
    await refused;
    await route.abort();
  });
  await text.fill("The first");
  await sheet.getByRole("button", { name: "Log note" }).click();
  await expect(text).toHaveValue("");
  await text.fill("The second");
  refuse();
  await expect(sheet.getByRole("alert")).toContainText("cannot be reached");
  await expect(text).toHaveValue("The first\n\nThe second");
  await page.reload();
  await live(page);
  await expect(text).toHaveValue("The first\n\nThe second");
  await ali.delete(`/api/leads/${id}`);
});

test("a follow-up is moved with its note, and taken away without what is being written", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const day = new Date(Date.now() + 86_400_000).toISOString();
  const id = await make(ali, { name: `Follow Me ${Date.now()}`, followUpAt: day, followUpNote: "Send the quote" });
  const lead = async () => (await ali.get(`/api/leads/${id}`)).json();
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await page.keyboard.press("t");
  await sheet.getByRole("button", { name: "In a week" }).click();
  await sheet.getByRole("button", { name: "Set follow-up" }).click();
  await expect(page.locator(".toast").getByText("Follow-up set")).toBeVisible();
  expect((await lead()).followUpNote).toBe("Send the quote");
  expect((await lead()).followUpAt > day).toBe(true);
  await sheet.locator("#composer-text").fill("Half a sentence");
  await sheet.getByRole("button", { name: "No follow-up" }).click();
  await expect(page.locator(".toast").getByText("Follow-up taken away")).toBeVisible();
  await expect(sheet.locator("#composer-text")).toHaveValue("Half a sentence");
  expect((await lead()).followUpAt).toBe(null);
  await ali.delete(`/api/leads/${id}`);
});

test("what one does elsewhere shows here", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Two Screens ${Date.now()}` });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await expect(page.locator(".live", { hasText: "Live" })).toHaveCount(1);
  await ali.patch(`/api/leads/${id}`, { data: { company: "Kite & Co" } });
  await expect(sheet.locator("[data-row=company]")).toContainText("Kite & Co");
  await ali.post(`/api/leads/${id}/interactions`, { data: { type: "call", text: "From the car" } });
  await expect(sheet.locator(".entry").first()).toContainText("From the car");
  await ali.delete(`/api/leads/${id}`);
});

test("nobody goes on from half-edited words without being asked", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const mark = `Halfway${Date.now()}`;
  const ids = [await make(ali, { name: `${mark} one` }), await make(ali, { name: `${mark} two` })];
  await ali.post(`/api/leads/${ids[1]}/interactions`, { data: { text: "First version" } });
  await signIn(page, "ali", `/leads?q=${mark}`);
  await page.getByRole("link", { name: new RegExp(`${mark} two`) }).click();
  await live(page);
  const sheet = sheetOf(page);
  const entry = sheet.locator(".entry").filter({ hasText: "Note" }).first();
  await entry.hover();
  await entry.getByRole("button", { name: "Edit this note" }).click();
  await entry.getByLabel("Text").fill("Second version");
  page.once("dialog", (question) => question.dismiss());
  await sheet.locator("#sheet-next").click();
  await expect(entry.getByLabel("Text")).toHaveValue("Second version");
  page.once("dialog", (question) => question.dismiss());
  await page.goBack();
  await expect(page).toHaveURL(new RegExp(`/leads/${ids[1]}`));
  await expect(entry.getByLabel("Text")).toHaveValue("Second version");
  page.once("dialog", (question) => question.accept());
  await sheet.locator("#sheet-next").click();
  await expect(sheet.locator(".sheet-name")).toHaveText(`${mark} one`);
  for (const id of ids) await ali.delete(`/api/leads/${id}`);
});

test("one's own words are changed and taken back", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Own Words ${Date.now()}` });
  await ali.post(`/api/leads/${id}/interactions`, { data: { text: "First version" } });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  const entry = sheet.locator(".entry").filter({ hasText: "Note" }).first();
  await entry.hover();
  await entry.getByRole("button", { name: "Edit this note" }).click();
  await entry.getByLabel("Text").fill("Second version");
  // Once more is one time too many, and harmless.
  await entry.getByRole("button", { name: "Edit this note" }).click();
  await expect(entry.getByLabel("Text")).toHaveValue("Second version");
  await entry.getByLabel("Text").focus();
  page.once("dialog", (question) => question.dismiss());
  await page.keyboard.press("Escape");
  await expect(entry.getByLabel("Text")).toHaveValue("Second version");
  await entry.getByRole("button", { name: "Save" }).click();
  await expect(sheet.getByText("Second version")).toBeVisible();
  await expect(sheet.getByText("edited", { exact: true })).toBeVisible();
  await entry.hover();
  await entry.getByRole("button", { name: "Delete this note" }).click();
  await entry.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(sheet.getByText("Second version")).toHaveCount(0);
  await ali.delete(`/api/leads/${id}`);
});

test("fields are edited in place; a refusal keeps what was typed", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `In Place ${Date.now()}`, email: "old@place.example" });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await sheet.getByRole("button", { name: "Edit Value" }).click();
  await sheet.getByLabel("Value").fill("12,500");
  await page.keyboard.press("Enter");
  await expect(sheet.locator(".sheet-value")).toHaveText("$12,500");
  await sheet.getByRole("button", { name: "Edit E-mail" }).click();
  await sheet.getByRole("textbox", { name: "E-mail" }).fill("not an address");
  await page.keyboard.press("Enter");
  await expect(sheet.getByRole("alert")).toContainText("is not a valid e-mail address");
  await sheet.getByRole("textbox", { name: "E-mail" }).fill("new@place.example");
  await page.keyboard.press("Enter");
  await expect(sheet.getByRole("link", { name: "new@place.example" })).toBeVisible();
  await sheet.getByRole("button", { name: "Edit Priority" }).click();
  await sheet.getByRole("combobox", { name: "Priority" }).fill("hi");
  await page.keyboard.press("Enter");
  await expect(sheet.locator("[data-row=priority]")).toContainText("High");
  await expect(sheet.locator(".entry").first()).toContainText("set Priority Medium → High");
  const lead = await (await ali.get(`/api/leads/${id}`)).json();
  expect([lead.value, lead.email, lead.priority]).toEqual([12500, "new@place.example", "high"]);
  await ali.delete(`/api/leads/${id}`);
});

test("what is typed takes the place of a value", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Typed Over ${Date.now()}`, value: 500 });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await sheet.getByRole("button", { name: "Edit Value" }).click();
  await expect(sheet.getByRole("textbox", { name: "Value" })).toBeFocused();
  await page.keyboard.type("900");
  await page.keyboard.press("Enter");
  await expect(sheet.locator(".sheet-value")).toHaveText("$900");
  expect((await (await ali.get(`/api/leads/${id}`)).json()).value).toBe(900);
  await ali.delete(`/api/leads/${id}`);
});

test("keyboard: a dialog over the sheet gives the focus back, and Esc closes the sheet wherever it is", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Given Back ${Date.now()}` });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  const company = sheet.getByRole("button", { name: "Edit Company" });
  await company.focus();
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Search or jump to" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(company).toBeFocused();
  const lost = sheet.getByRole("button", { name: "Lost…" });
  await lost.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Reason")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(lost).toBeFocused();
  await sheet.getByRole("button", { name: "More" }).click();
  await sheet.getByRole("button", { name: "Delete…" }).click();
  await expect(page.getByRole("button", { name: "Keep it" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(sheet.getByRole("button", { name: "More" })).toBeFocused();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press("Escape");
  await expect(sheet).toHaveCount(0);
  await ali.delete(`/api/leads/${id}`);
});

test("what is refused says so where it was done, and is sent again", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Sent Again ${Date.now()}` });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const products = sheetOf(page).locator("[data-row=products]");
  await page.route("**/ui/leads/update", (route) => route.abort());
  await products.getByRole("button", { name: "Add a product" }).click();
  await expect(products.getByRole("combobox")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(products.getByRole("alert")).toContainText("cannot be reached");
  await expect(products.locator(".product-tag")).toHaveCount(0);
  await page.unroute("**/ui/leads/update");
  await products.getByRole("button", { name: "Retry" }).click();
  await expect(products.locator(".product-tag")).toHaveCount(1);
  await expect(products.getByRole("alert")).toHaveCount(0);
  await expect.poll(async () => (await (await ali.get(`/api/leads/${id}`)).json()).products.length).toBe(1);
  await ali.delete(`/api/leads/${id}`);
});

test("a stage is one click, and one click back", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const name = `Moved On ${Date.now()}`;
  const id = await make(ali, { name });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await sheet.getByRole("button", { name: "Qualified" }).click();
  await expect(sheet.getByText(`${name} moved to Qualified`)).toBeVisible();
  await sheet.getByRole("button", { name: "Undo" }).click();
  await expect(sheet.getByRole("button", { name: "New", exact: true })).toHaveAttribute("aria-current", "step");
  await sheet.getByRole("button", { name: "Lost…" }).click();
  const why = page.getByRole("dialog", { name: "Why was it lost?" });
  await accessible(page);
  await why.getByLabel("Reason").fill("Price");
  await why.getByRole("button", { name: "Mark as lost" }).click();
  await expect(sheet.locator(".sheet-stages .badge")).toHaveText("Lost: Price");
  await sheet.getByRole("button", { name: "Won", exact: true }).click();
  await expect(sheet.getByText(/won\. .+ delivers it/)).toBeVisible();
  await ali.delete(`/api/leads/${id}`);
});

test("a refused move returns with the reason", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Refused Move ${Date.now()}` });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await page.route("**/ui/leads/update", (route) => route.abort());
  await sheet.getByRole("button", { name: "Proposal" }).click();
  await expect(sheet.getByRole("alert")).toContainText("cannot be reached");
  await expect(sheet.getByRole("button", { name: "New", exact: true })).toHaveAttribute("aria-current", "step");
  await ali.delete(`/api/leads/${id}`);
});

test("two people change one lead: only the same field is asked about", async ({ page, playwright, baseURL }) => {
  const ada = await program(playwright, baseURL, "ada");
  const id = await make(ada, { name: `Contested ${Date.now()}`, source: "Website" });
  await signIn(page, "ada", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  /** The field is open by the time somebody else, or the same person elsewhere, is faster. */
  const source = async (text: string, theirs: object) => {
    await sheet.getByRole("button", { name: "Edit Source" }).click();
    await expect(sheet.getByRole("textbox", { name: "Source" })).toBeFocused();
    await ada.patch(`/api/leads/${id}`, { data: theirs });
    await sheet.getByRole("textbox", { name: "Source" }).fill(text);
    await page.keyboard.press("Enter");
  };
  await source("Referral", { company: "Kite & Co" });
  await expect(sheet.getByText("Source saved")).toBeVisible();
  await expect(sheet.locator("[data-row=company]")).toContainText("Kite & Co");

  await source("Partner", { source: "Event" });
  const asked = page.getByRole("dialog", { name: "Changed by someone else" });
  await expect(asked.getByRole("radio", { name: /Mine\s*Partner/ })).toBeChecked();
  await expect(asked.getByRole("radio", { name: /Theirs\s*Event/ })).not.toBeChecked();
  await accessible(page);
  // What could not be saved is asked about again, with what was typed.
  await page.route("**/ui/leads/update", (route) => route.abort());
  await asked.getByRole("button", { name: "Save the choice" }).click();
  await expect(asked.getByRole("alert")).toContainText("cannot be reached");
  await expect(asked.getByRole("radio", { name: /Mine\s*Partner/ })).toBeChecked();
  await page.unroute("**/ui/leads/update");
  await asked.getByRole("button", { name: "Save the choice" }).click();
  await expect(asked).toHaveCount(0);
  await expect(sheet.locator("[data-row=source]")).toContainText("Partner");
  const lead = await (await ada.get(`/api/leads/${id}`)).json();
  expect([lead.company, lead.source]).toEqual(["Kite & Co", "Partner"]);
  await ada.delete(`/api/leads/${id}`);
});

test("what others write while a field is open is not written over", async ({ page, playwright, baseURL }) => {
  const [ali, ada] = [await program(playwright, baseURL, "ali"), await program(playwright, baseURL, "ada")];
  const id = await make(ali, { name: `Watched ${Date.now()}`, source: "Website" });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  const theirs = async (source: string, company: string) => {
    await ada.patch(`/api/leads/${id}`, { data: { source, company } });
    // They show behind the open field as soon as they are known.
    await expect(sheet.locator("[data-row=company]")).toContainText(company);
  };
  const field = sheet.getByRole("textbox", { name: "Source" });
  await sheet.getByRole("button", { name: "Edit Source" }).click();
  await expect(field).toBeFocused();
  await theirs("Event", "Kite & Co");
  await field.press("Enter");
  await expect(field).toHaveCount(0);
  await expect(sheet.locator("[data-row=source]")).toContainText("Event");
  await sheet.getByRole("button", { name: "Edit Source" }).click();
  await expect(field).toHaveValue("Event");
  await theirs("Fair", "Kite & Sons");
  await field.fill("Partner");
  await field.press("Enter");
  const asked = page.getByRole("dialog", { name: "Changed by someone else" });
  await expect(asked.getByRole("radio", { name: /Theirs\s*Fair/ })).toBeVisible();
  await asked.getByRole("button", { name: "Keep theirs" }).click();
  await expect(sheet.locator("[data-row=source]")).toContainText("Fair");
  expect((await (await ali.get(`/api/leads/${id}`)).json()).source).toBe("Fair");
  await ali.delete(`/api/leads/${id}`);
});

test("keyboard: from lead to lead, and back to its row", async ({ page }) => {
  await signIn(page, "ali", "/leads?status=new&limit=25");
  const rows = page.locator("tbody tr");
  const names = await rows.locator(".lead-name b").allInnerTexts();
  await rows.nth(0).getByRole("link").first().click();
  const sheet = sheetOf(page);
  await expect(sheet.locator(".sheet-name")).toHaveText(names[0]);
  await expect(sheet.locator(".sheet-place")).toContainText("1 of");
  await live(page);
  await page.keyboard.press("j");
  await expect(sheet.locator(".sheet-name")).toHaveText(names[1]);
  await page.keyboard.press("j");
  await expect(sheet.locator(".sheet-name")).toHaveText(names[2]);
  await page.keyboard.press("k");
  await expect(sheet.locator(".sheet-name")).toHaveText(names[1]);
  await expect(page).toHaveURL(/status=new/);
  await page.keyboard.press("Escape");
  await expect(sheet).toHaveCount(0);
  await expect(rows.nth(1).getByRole("link").first()).toBeFocused();
});

test("a sheet opens over the list and leaves it where it is; another list starts at its top", async ({ page }) => {
  await signIn(page, "ada");
  const links = page.locator("tbody .lead-name");
  await links.nth(40).scrollIntoViewIfNeeded();
  const scrolled = () => page.evaluate(() => Math.round(window.scrollY));
  const before = await scrolled();
  expect(before).toBeGreaterThan(0);
  await links.nth(40).click();
  await live(page);
  expect(await scrolled()).toBe(before);
  await page.keyboard.press("Escape");
  await expect(sheetOf(page)).toBeHidden();
  expect(await scrolled()).toBe(before);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page).toHaveURL(/cursor=/);
  await expect.poll(scrolled).toBe(0);
});

test("files are attached by choosing and dropping, shown, renamed and deleted", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `With Files ${Date.now()}` });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  const files = sheet.getByRole("region", { name: "Files" });
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  await files.locator(".files-input").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: png });
  await expect(files.getByRole("button", { name: "logo.png", exact: true })).toBeVisible();
  const dropped = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(["Hello"], "offer.txt", { type: "text/plain" }));
    return data;
  });
  await sheet.locator(".sheet-lead").dispatchEvent("drop", { dataTransfer: dropped });
  await expect(files.getByRole("link", { name: "offer.txt", exact: true })).toBeVisible();
  await expect(sheet.locator(".entry").first()).toContainText("added offer.txt · 5 B");
  await files.getByRole("button", { name: "logo.png", exact: true }).click();
  const preview = page.getByRole("dialog", { name: "logo.png" });
  await expect(preview.getByRole("img", { name: "logo.png" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(preview).toHaveCount(0);
  await files.getByRole("button", { name: "Rename offer.txt" }).click();
  await files.getByLabel("File name").fill("statement.txt");
  await page.keyboard.press("Enter");
  await expect(files.getByRole("link", { name: "statement.txt", exact: true })).toBeVisible();
  await files.getByRole("button", { name: "Delete statement.txt" }).click();
  await files.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(files.getByText("statement.txt")).toHaveCount(0);
  await accessible(page);
  await ali.delete(`/api/leads/${id}`);
});

test("a follow-up is set from the composer", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Call Back ${Date.now()}` });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await page.keyboard.press("t");
  await page.keyboard.type("call Tom");
  await sheet.getByRole("button", { name: "Tomorrow" }).click();
  await sheet.getByRole("button", { name: "Set follow-up" }).click();
  await expect(sheet.locator(".sheet-standing")).toContainText("next: call Tom · Tomorrow");
  await expect(sheet.locator("[data-row=followUpAt]")).toContainText("Tomorrow");
  await ali.delete(`/api/leads/${id}`);
});

test("two leads that are one become one", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const email = `twin${Date.now()}@twins.example`;
  const id = await make(ali, { name: "Twin One", email, source: "Website" });
  const other = await make(ali, { name: "Twin Two", email, source: "Referral", company: "Twins & Co" });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  await sheet.getByRole("button", { name: "More" }).click();
  await sheet.getByRole("button", { name: "Merge with…" }).click();
  const merge = page.getByRole("dialog", { name: "Merge with Twin One" });
  await merge.getByRole("button", { name: /Twin Two.*same e-mail/ }).click();
  await merge.getByRole("group", { name: "Source" }).getByRole("radio", { name: /The other/ }).check();
  await accessible(page);
  await merge.getByRole("button", { name: "Merge", exact: true }).click();
  await expect(merge).toHaveCount(0);
  await expect(sheet.locator("[data-row=source]")).toContainText("Referral");
  await expect(sheet.locator("[data-row=company]")).toContainText("Twins & Co");
  await expect(sheet.locator(".sheet-name")).toHaveText("Twin One");
  await expect(sheet.locator(".entry").filter({ hasText: `merged lead ${other} into this one` })).toHaveCount(1);
  await expect(sheet.locator(".entry").filter({ hasText: `deleted lead ${other}, now a part of this one` })).toHaveCount(1);
  expect((await ali.get(`/api/leads/${other}`)).status()).toBe(404);
  await ali.delete(`/api/leads/${id}`);
});

test("keyboard: the lead after the last one of a page is the first of the next", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const list = await (await ali.get("/api/leads?status=lost&limit=26")).json();
  const [last, next] = [list.items[24], list.items[25]];
  await signIn(page, "ali", "/leads?status=lost&limit=25");
  await page.locator(`tr[data-lead="${last.id}"]`).getByRole("link").first().click();
  const sheet = sheetOf(page);
  await live(page);
  await expect(sheet.locator(".sheet-name")).toHaveText(last.name);
  await page.keyboard.press("j");
  await expect(sheet.locator(".sheet-name")).toHaveText(next.name);
  await expect(page).toHaveURL(/cursor=/);
  await page.keyboard.press("k");
  await expect(sheet.locator(".sheet-name")).toHaveText(last.name);
});

test("what happened long ago is shown when asked for", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `Long Story ${Date.now()}` });
  for (let nth = 1; nth <= 40; nth++) await ali.post(`/api/leads/${id}/interactions`, { data: { text: `Note ${nth}.` } });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const entries = sheetOf(page).locator(".entry");
  await expect(entries).toHaveCount(30);
  await sheetOf(page).getByRole("button", { name: "Show older" }).click();
  await expect(entries).toHaveCount(41);
  await expect(entries.last()).toContainText("created");
  await expect(sheetOf(page).getByRole("button", { name: "Show older" })).toHaveCount(0);
});

test("a PDF opens beside the lead, and what is pasted is attached", async ({ page, playwright, baseURL }) => {
  const ali = await program(playwright, baseURL, "ali");
  const id = await make(ali, { name: `With Offer ${Date.now()}` });
  await signIn(page, "ali", `/leads/${id}`);
  await live(page);
  const sheet = sheetOf(page);
  const files = sheet.getByRole("region", { name: "Files" });
  const pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj trailer<</Root 1 0 R>>\n%%EOF";
  await files.locator(".files-input").setInputFiles({ name: "offer.pdf", mimeType: "application/pdf", buffer: Buffer.from(pdf) });
  await files.getByRole("button", { name: "offer.pdf", exact: true }).click();
  const preview = page.getByRole("dialog", { name: "offer.pdf" });
  await expect(preview.locator("iframe")).toHaveAttribute("src", /\/download\?inline=1/);
  await page.keyboard.press("Escape");
  await expect(preview).toHaveCount(0);
  await sheet.locator(".sheet-lead").evaluate((lead) => {
    const data = new DataTransfer();
    data.items.add(new File(["Pasted"], "pasted.txt", { type: "text/plain" }));
    lead.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(files.getByRole("link", { name: "pasted.txt", exact: true })).toBeVisible();
});
