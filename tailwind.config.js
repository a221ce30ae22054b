/** Where class names are looked for. Tokens and components live in style/. */
export default { content: ["./crates/app/src/**/*.rs"] };
