/**
 * The script of the page. It highlights the line under the mouse or with the focus, shows the steps of the selected line below the
 * picture, and lets the arrow keys move from line to line. Without it, links lead to the steps of all lines.
 */
export const script = /* js */ `
"use strict";
document.documentElement.classList.add("js");
if (matchMedia("(max-width: 760px)").matches)
  for (const why of document.querySelectorAll(".why")) why.open = false;
for (const picture of document.querySelectorAll(".picture")) {
  const lines = [...picture.querySelectorAll(".line")];
  const cards = [...picture.parentElement.querySelectorAll(".way-card")];
  const follow = (line) => {
    picture.classList.toggle("following", line !== undefined);
    for (const one of lines) one.classList.toggle("on", one === line);
    for (const box of picture.querySelectorAll("[data-lines]"))
      box.classList.toggle("on", line !== undefined && box.dataset.lines.split(" ").includes(line.dataset.line));
  };
  const choose = (line) => {
    for (const one of lines)
      if (one === line) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    for (const card of cards) card.classList.toggle("shown", "#" + card.id === line.getAttribute("href"));
  };
  const focused = () => lines.find((line) => line === document.activeElement && line.matches(":focus-visible"));
  lines.forEach((line, at) => {
    line.addEventListener("pointerenter", () => follow(line));
    line.addEventListener("pointerleave", () => follow(focused()));
    line.addEventListener("focus", () => { follow(focused()); choose(line); });
    line.addEventListener("blur", () => follow(undefined));
    line.addEventListener("click", (event) => { event.preventDefault(); line.focus(); choose(line); });
    line.addEventListener("keydown", (event) => {
      const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: lines.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      lines[(to + lines.length) % lines.length].focus();
    });
  });
  const wanted = lines.find((line) => line.getAttribute("href") === location.hash);
  choose(wanted || lines[0]);
}
`;
