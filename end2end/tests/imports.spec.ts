// A file of leads, from the drop to the result and back.
import type { Page } from "@playwright/test";
import { accessible, as, expect, signIn, test, tidy } from "./people";

/** Three good rows, one with a bad amount, two whose owner nobody knows. */
function file(mark: string) {
  const rows = [
    "Full Name,E-mail Address,Phone Number,Amount,Owner,Shoe size",
    `Maya ${mark},maya@${mark}.example,,"$1,200.50",ali,42`,
    `Noor ${mark},noor@${mark}.example,,12k,ali,43`,
    `Zoe ${mark},zoe@${mark}.example,,900,Bob,`,
    `Tomas ${mark},tomas@${mark}.example,,,bob,`,
    `Maya again ${mark},MAYA@${mark}.example,,7,,`,
  ];
  return { name: `${mark}.csv`, mimeType: "text/csv", buffer: Buffer.from(rows.join("\n")) };
}

async function upload(page: Page, mark: string) {
  await page.getByLabel("File to import").setInputFiles(file(mark));
  await expect(page).toHaveURL(/\/imports\/\d+$/);
  await expect(page.getByRole("heading", { name: `${mark}.csv` })).toBeVisible();
  await expect(page.getByText("Not imported yet")).toBeVisible();
}

const count = (page: Page, outcome: string) => page.locator(".import-count").filter({ hasText: outcome }).locator("dd");

test("a file is looked through, corrected, imported and taken back", async ({ page }) => {
  const mark = `i${Date.now()}`;
  await signIn(page, "ada");
  await page.getByRole("link", { name: "Import leads" }).click();
  await expect(page.getByRole("heading", { name: "Import leads" })).toBeVisible();
  await accessible(page);
  await upload(page, mark);
  await expect(count(page, "Create")).toHaveText("1");
  await expect(count(page, "Skip")).toHaveText("1");
  await expect(count(page, "Error")).toHaveText("3");
  await accessible(page);
  const rows = page.getByRole("region", { name: "Rows" });
  await rows.getByRole("button", { name: "Error" }).click();
  await expect(rows.getByRole("row")).toHaveCount(4);
  await expect(rows).toContainText("Amount12kis no amount");
  const unknown = page.getByRole("region", { name: "Unknown values" });
  const bob = unknown.getByLabel("Bob means");
  await bob.selectOption({ label: "Nothing: leave it blank" });
  await expect(count(page, "Create")).toHaveText("3");
  // A meaning can be changed, and taken away.
  await bob.selectOption({ label: "– an error –" });
  await expect(count(page, "Create")).toHaveText("1");
  await bob.selectOption({ label: "Amy Novak" });
  await expect(count(page, "Create")).toHaveText("3");
  await expect(bob.locator("option:checked")).toHaveText("Amy Novak");
  await page.getByLabel("Amount becomes").selectOption({ label: "– left out –" });
  await expect(count(page, "Create")).toHaveText("4");
  await page.getByRole("button", { name: "Import 4 rows" }).click();
  await expect(page.getByText("Imported", { exact: true })).toBeVisible();
  await expect(count(page, "Created")).toHaveText("4");
  await accessible(page);
  await rows.getByRole("button", { name: "All" }).click();
  await page.getByRole("link", { name: `Zoe ${mark}` }).click();
  await expect(page.getByRole("dialog", { name: "Lead", exact: true }).locator(".sheet-name")).toContainText(`Zoe ${mark}`);
  await page.goBack();
  const revert = page.getByRole("button", { name: "Revert this import" });
  await revert.click();
  await page.keyboard.press("Escape");
  await expect(revert).toBeFocused();
  await revert.click();
  await page.getByRole("dialog").getByRole("button", { name: "Revert" }).click();
  await expect(page.getByText("Reverted", { exact: true })).toBeVisible();
  await expect(rows.getByText("Taken back", { exact: false })).toBeVisible();
  await expect(rows.getByRole("cell", { name: `Zoe ${mark}` })).toBeVisible();
  await expect(rows.getByRole("link")).toHaveCount(0);
  await page.goto(`/leads?q=${mark}`);
  await expect(page.getByText("No lead matches")).toBeVisible();
});

test("what is being used stays under the hands while the file is gone through again", async ({ page }) => {
  const mark = `h${Date.now()}`;
  await signIn(page, "ada", "/imports");
  await upload(page, mark);
  await expect(count(page, "Create")).toHaveText("1");
  const rows = page.getByRole("region", { name: "Rows" });
  const errors = rows.getByRole("button", { name: "Error" });
  await errors.click();
  await expect(rows.getByRole("row")).toHaveCount(4);
  const amount = page.getByLabel("Amount becomes");
  const bob = page.getByRole("region", { name: "Unknown values" }).getByLabel("Bob means");
  const update = page.getByLabel("Update");
  const nodes = [await amount.elementHandle(), await bob.elementHandle(), await errors.elementHandle()];
  await amount.focus();
  await amount.selectOption({ label: "– left out –" });
  await expect(count(page, "Create")).toHaveText("2");
  await expect(page.getByText("Not imported yet")).toBeVisible();
  await expect(amount).toBeFocused();
  await expect(errors).toHaveAttribute("aria-pressed", "true");
  await expect(rows.getByRole("row")).toHaveCount(3);
  await bob.focus();
  await bob.selectOption({ label: "Amy Novak" });
  await expect(count(page, "Create")).toHaveText("4");
  await bob.selectOption({ label: "– an error –" });
  await expect(count(page, "Create")).toHaveText("2");
  await expect(bob).toBeFocused();
  await update.check();
  await expect(count(page, "Update")).toHaveText("1");
  await expect(update).toBeFocused();
  for (const node of nodes) expect(await node!.evaluate((node) => node.isConnected)).toBe(true);
});

test("a mapping that names nobody is told once, and a choice outlives another delimiter", async ({ page }) => {
  const mark = `n${Date.now()}`;
  await signIn(page, "ada", "/imports");
  await upload(page, mark);
  const said = page.getByText("No column becomes Name: choose one under Columns.");
  await expect(said).toHaveCount(0);
  await page.getByLabel("Full Name becomes").selectOption({ label: "– left out –" });
  await expect(said).toBeVisible();
  await expect(page.locator('.import-step[aria-current="step"]')).toContainText("Columns");
  await accessible(page);
  await page.getByLabel("Full Name becomes").selectOption({ label: "Name" });
  await expect(said).toHaveCount(0);
  const shoes = page.getByLabel("Shoe size becomes", { exact: true });
  await shoes.selectOption({ label: "Score" });
  await page.getByLabel("Cells end with").selectOption({ label: "Semicolon ;" });
  await expect(shoes).toHaveCount(0);
  await page.getByLabel("Cells end with").selectOption({ label: "Comma ," });
  await expect(shoes).toHaveValue("score");
});

test("a file that came by mistake is discarded", async ({ page }) => {
  const mark = `x${Date.now()}`;
  await signIn(page, "ali", "/imports");
  await upload(page, mark);
  await page.getByRole("link", { name: "All imports" }).click();
  const line = page.getByRole("row").filter({ hasText: `${mark}.csv` });
  await expect(line.getByRole("cell").last()).toHaveText("–");
  await line.getByRole("link").click();
  const discard = page.getByRole("button", { name: "Discard this file" });
  await discard.click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(discard).toBeFocused();
  await discard.click();
  await accessible(page);
  await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
  await expect(page).toHaveURL(/\/imports$/);
  await expect(page.getByText("Import leads").first()).toBeVisible();
  await expect(line).toHaveCount(0);
});

test("duplicates go where one says, and what others changed stays after a revert", async ({ page, playwright, baseURL }) => {
  const mark = `d${Date.now()}`;
  const ada = await as(playwright, baseURL, "ada");
  const maya = await (await ada.post("/api/leads", { data: { name: `Maya ${mark}`, email: `maya@${mark}.example` } })).json();
  await signIn(page, "ada", "/imports");
  await upload(page, mark);
  await expect(count(page, "Skip")).toHaveText("2");
  await page.getByLabel("Update").check();
  await expect(count(page, "Update")).toHaveText("2");
  await page.getByRole("button", { name: /^Import \d+ rows$/ }).click();
  await expect(page.getByText("Imported", { exact: true })).toBeVisible();
  await ada.patch(`/api/leads/${maya.id}`, { data: { value: 5 } });
  await page.getByRole("button", { name: "Revert this import" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revert" }).click();
  const kept = page.getByRole("region", { name: "Left as they are" });
  await expect(kept).toContainText("value changed since");
  await accessible(page);
});

test("an admin looks at the import of an agent, stops it and takes it back, and does not go on with it", async ({ page, playwright, baseURL }) => {
  const mark = `a${Date.now()}`;
  const ali = await as(playwright, baseURL, "ali");
  const sent = await ali.post("/api/leads/import", { multipart: { dryRun: "true", file: file(mark) } });
  const { id } = await sent.json();
  await signIn(page, "ada", `/imports/${id}`);
  await expect(page.getByText("Not imported yet")).toBeVisible();
  await expect(page.getByText("Only Ali Demir can go on with this file.")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Import \d/ })).toHaveCount(0);
  await expect(page.getByRole("region", { name: "Columns" })).toHaveCount(0);
  await accessible(page);
  await ali.post(`/api/imports/${id}/run`);
  await expect(page.getByText("Imported", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Revert this import" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revert" }).click();
  await expect(page.getByText("Reverted", { exact: true })).toBeVisible();
});

test("the problem rows come as a file, and so does a template", async ({ page }) => {
  const mark = `p${Date.now()}`;
  await signIn(page, "ali", "/imports");
  const template = page.waitForEvent("download");
  await page.getByRole("link", { name: "Excel, with drop-downs" }).click();
  expect((await template).suggestedFilename()).toBe("leads-template.xlsx");
  await upload(page, mark);
  const problems = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV", exact: true }).click();
  expect((await problems).suggestedFilename()).toBe(`${mark}-problems.csv`);
});

test("a file that cannot be read says why, and the page stays", async ({ page }) => {
  await signIn(page, "ali", "/imports");
  const refused = { name: "secret.xlsx", mimeType: "application/octet-stream", buffer: Buffer.from("d0cf11e0a1b11ae1", "hex") };
  await page.getByLabel("File to import").setInputFiles(refused);
  await expect(page.getByRole("alert")).toContainText("is protected with a password");
  await expect(page).toHaveURL(/\/imports$/);
  await accessible(page);
});

test("engineers have no way in", async ({ page }) => {
  await signIn(page, "eve");
  await expect(page.getByRole("link", { name: "Import leads" })).toHaveCount(0);
  await page.goto("/imports");
  await expect(page.getByText("Not for your role")).toBeVisible();
});

test("the page of an import is whole before any script runs", async ({ page, browser, baseURL }) => {
  const mark = `w${Date.now()}`;
  await signIn(page, "ada", "/imports");
  await upload(page, mark);
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState(), baseURL });
  const still = await plain.newPage();
  await still.goto(page.url());
  await expect(still.getByRole("heading", { name: `${mark}.csv` })).toBeVisible();
  await expect(still.locator(".import-count").first()).toContainText("1");
  await plain.close();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("an import fits", async ({ page }) => {
    const mark = `f${Date.now()}`;
    await signIn(page, "ali", "/imports");
    await accessible(page);
    await upload(page, mark);
    await accessible(page);
    for (const name of ["Unknown values", "Columns", "How the file is read"]) {
      await tidy(page.getByRole("region", { name }), ".input, .map-samples");
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
  });
});

test("an import that is not there leads back to those that are", async ({ page }) => {
  await signIn(page, "ali", "/imports");
  await page.goto("/imports/999999999");
  await expect(page.getByText("It does not exist, or you may not see it.")).toBeVisible();
  await accessible(page);
  await page.getByRole("link", { name: "All imports" }).click();
  await expect(page).toHaveURL(/\/imports$/);
});
