import { accessible, expect, password, signIn, test } from "./people";

test("one agent's lead is nobody else's but the admin's", async ({ page, playwright, baseURL }) => {
  const program = async (person: string) => {
    const context = await playwright.request.newContext({ baseURL });
    const answer = await context.post("/api/login", { data: { login: `${person}@example.com`, password } });
    expect(answer.status()).toBe(200);
    return context;
  };
  const [ali, amy, eve, ada] = await Promise.all(["ali", "amy", "eve", "ada"].map(program));
  const created = await ali.post("/api/leads", { data: { name: "Ottilie Secret" } });
  expect(created.status()).toBe(201);
  const { id } = await created.json();
  expect((await amy.get(`/api/leads/${id}`)).status()).toBe(404);
  expect((await eve.get(`/api/leads/${id}`)).status()).toBe(404);
  expect((await ada.get(`/api/leads/${id}`)).status()).toBe(200);
  expect((await eve.post("/api/leads", { data: { name: "No" } })).status()).toBe(403);

  await signIn(page, "amy", "/leads?q=Ottilie+Secret");
  await expect(page.getByText("No lead matches")).toBeVisible();
  await page.goto(`/leads/${id}`);
  await expect(page.getByRole("dialog", { name: "Lead", exact: true }).getByRole("alert")).toBeVisible();
  await expect(page).toHaveTitle("Lead · Siwaht");
  expect((await ali.delete(`/api/leads/${id}`)).status()).toBe(204);
});

test("an engineer sees their tabs, no figures, and a refusal for the rest", async ({ page }) => {
  await signIn(page, "eve");
  const tabs = page.getByRole("navigation", { name: "Main", exact: true });
  await expect(tabs.getByRole("link", { name: "Engineering" })).toBeVisible();
  await expect(tabs.getByRole("link", { name: "Reference" })).toHaveCount(0);
  await expect(page.getByRole("columnheader", { name: "Value" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "New lead" })).toHaveCount(0);
  await accessible(page);
  const refused = await page.goto("/admin/webhooks");
  expect(refused?.status()).toBe(403);
  await expect(page.getByText("Not for your role")).toBeVisible();
  await page.getByRole("link", { name: "Back to your work" }).click();
  await expect(page).toHaveURL(/\/leads$/);
});

test("an engineer reports progress", async ({ page }) => {
  await signIn(page, "eve");
  await page.locator("tbody tr").first().getByRole("link").click();
  const sheet = page.getByRole("dialog", { name: "Lead", exact: true });
  await sheet.getByLabel("Progress in percent").fill("55");
  await expect(sheet.getByText("Progress 55 %")).toBeVisible();
  await expect(sheet.getByText("Value", { exact: true })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(page.locator("tbody tr").first()).toContainText("55 %");
});

test("screens that are still to come say so", async ({ page }) => {
  await signIn(page, "ada", "/dashboard");
  await expect(page.getByText("Not here yet")).toBeVisible();
  await accessible(page);
  const missing = await page.goto("/nowhere");
  expect(missing?.status()).toBe(404);
});

test("signing out ends the session", async ({ page }) => {
  await signIn(page, "ben");
  await page.getByRole("button", { name: /Account of/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await accessible(page);
  await page.goto("/leads");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
});
