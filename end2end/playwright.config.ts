// Journeys through the release build in a real Chromium. They wait for conditions, never for time.
import { defineConfig, devices } from "@playwright/test";

const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export default defineConfig({
  testDir: "tests",
  outputDir: "../test-results",
  timeout: 30_000,
  expect: { timeout: 10_000 },
  workers: 1,
  reporter: [["list"]],
  use: {
    baseURL: process.env.BASE_URL ?? "http://127.0.0.1:3000",
    locale: "en-US",
    // Recording takes a fifth of the time; when a journey fails, `playwright test --trace on` shows how.
    trace: "off",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        ...root,
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "desktop", use: { viewport: { width: 1440, height: 900 } }, testIgnore: /(phone|noscript)\.spec/ },
    { name: "phone", use: { ...devices["Pixel 7"], viewport: { width: 390, height: 844 }, defaultBrowserType: "chromium" }, testMatch: /phone\.spec/ },
    { name: "noscript", use: { viewport: { width: 1440, height: 900 }, javaScriptEnabled: false }, testMatch: /noscript\.spec/ },
  ],
});
