// Small things that make a day in the CRM bearable.
import { accessible, expect, password, signIn, test } from "./people";

test("keyboard: the sheet gives the focus back to the row it came from", async ({ page }) => {
  await signIn(page, "ali");
  const link = page.locator("tbody tr").nth(2).getByRole("link");
  await link.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Lead", exact: true }).locator(".sheet-name")).not.toBeEmpty();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(link).toBeFocused();
});

test("keyboard: the skip link leads to the content", async ({ page }) => {
  await signIn(page, "ali");
  await page.getByRole("link", { name: "Skip to content" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
  await expect(page).toHaveURL(/\/leads$/);
});

test("typed text is not thrown away without asking", async ({ page }) => {
  await signIn(page, "ali", "/leads");
  await page.getByRole("link", { name: "New lead" }).click();
  const name = page.getByRole("dialog", { name: "New lead" }).getByLabel("Name");
  await name.fill("Half typed");
  page.once("dialog", (question) => question.dismiss());
  await page.keyboard.press("Escape");
  await expect(name).toHaveValue("Half typed");
  page.once("dialog", (question) => question.dismiss());
  await page.goBack();
  await expect(page).toHaveURL(/\/leads\/new/);
  await expect(name).toHaveValue("Half typed");
  page.once("dialog", (question) => question.accept());
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a save that is under way cannot be closed away", async ({ page }) => {
  const name = `Slow Save ${Date.now()}`;
  await signIn(page, "ali", "/leads/new");
  let answer: () => void = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/ui/leads/create", async (route) => {
    await held;
    await route.continue();
  });
  const dialog = page.getByRole("dialog", { name: "New lead" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create lead" }).click();
  await expect(dialog.getByRole("button", { name: "Saving…" })).toBeDisabled();
  page.on("dialog", (question) => question.accept());
  await page.keyboard.press("Escape");
  await expect(dialog).toBeVisible();
  answer();
  await expect(page.getByText(`${name} created`)).toBeVisible();
  await expect(dialog).toBeHidden();
});

test("a name of 200 characters breaks no layout", async ({ page, playwright, baseURL }) => {
  const ada = await playwright.request.newContext({ baseURL });
  await ada.post("/api/login", { data: { login: "ada@example.com", password } });
  const name = `Ludwig${"wide".repeat(48)}`;
  const { id } = await (await ada.post("/api/leads", { data: { name, company: "y".repeat(200), source: "z".repeat(100) } })).json();
  await signIn(page, "ada");
  for (const width of [1440, 1024, 768, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await expect.poll(sideways, { message: `nothing sticks out at ${width}` }).toBeLessThanOrEqual(0);
    await expect(page.getByRole("button", { name: /Account of/ })).toBeInViewport();
  }
  await ada.delete(`/api/leads/${id}`);
});

test("going back after signing out shows nobody's leads", async ({ page }) => {
  await signIn(page, "amy");
  await page.getByRole("button", { name: /Account of/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goBack();
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.locator("tbody")).toHaveCount(0);
});

test("an unknown lead is said to be unknown, and an engineer makes none", async ({ page }) => {
  await signIn(page, "eve", "/leads/999999");
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("Not found");
  const refused = await page.goto("/leads/new");
  expect(refused?.status()).toBe(403);
  await expect(page.getByText("Not for your role")).toBeVisible();
  await accessible(page);
});

test.describe("without a part of the code", () => {
  test.use({ provoked: /Failed to (load resource|fetch)/ });

  test("code that does not come is asked for again", async ({ page }) => {
    // Its name carries a number of each build's own.
    const code = /\/pkg\/[^/]*board[^/]*\.wasm/;
    await page.route(code, (route) => route.abort());
    await signIn(page, "ada");
    await page.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Kanban" }).click();
    await expect(page.getByText("could not be loaded")).toBeVisible();
    await page.unroute(code);
    await expect(page.locator(".k[data-lead]").first()).toBeVisible();
  });
});
