import { accessible, expect, signIn, test } from "./people";

test("the list is cards, and everything is within reach of a thumb", async ({ page }) => {
  await signIn(page, "ali");
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await accessible(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, "nothing sticks out sideways").toBeLessThanOrEqual(0);
  const bar = page.getByRole("navigation", { name: "Main, on phones" });
  await expect(bar.getByRole("link", { name: "Leads" })).toHaveAttribute("aria-current", "page");
  for (const target of await bar.getByRole("link").all()) {
    expect((await target.boundingBox())?.height ?? 0).toBeGreaterThanOrEqual(44);
  }
});

test("a lead is made on the phone", async ({ page }) => {
  const name = `Phone Lead ${Date.now()}`;
  await signIn(page, "amy");
  await page.getByRole("link", { name: "New lead" }).click();
  const dialog = page.getByRole("dialog", { name: "New lead" });
  await dialog.getByLabel("Name").fill(name);
  await accessible(page);
  await dialog.getByRole("button", { name: "Create lead" }).click();
  await expect(dialog).toBeHidden();
  await page.getByLabel("Search leads").fill(name);
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await page.locator("tbody tr").tap();
  await expect(page.getByRole("dialog", { name: "Lead" }).getByLabel("Name")).toHaveValue(name);
});
