// SPDX-License-Identifier: Apache-2.0
// Copy buttons, and everything open on paper. Without it the report reads the same.
for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const text = button.parentElement.querySelector("pre").textContent;
    let said = "Copied";
    try { await navigator.clipboard.writeText(text); } catch { said = "Not copied: select the text"; }
    const before = button.textContent;
    button.textContent = said;
    setTimeout(() => { button.textContent = before; }, 1600);
  });
}
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details:not([open])")) { one.open = true; one.dataset.print = ""; }
});
addEventListener("afterprint", () => {
  for (const one of document.querySelectorAll("details[data-print]")) { one.open = false; delete one.dataset.print; }
});
