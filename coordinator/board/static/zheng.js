// 正 strokes as our own SVG: five strokes a character, ten characters a block, so that a block is fifty votes.
// Drawn with the words of a wall board: horizontal, vertical, short horizontal, short vertical, long horizontal.

import { draw, make } from "./dom.js";
import { number, t } from "./texts.js";

const STROKES = ["M3 4H21", "M12 4V20", "M12 11.5H19", "M6 11V20", "M2 20H22"];
const SIDE = 24;
export const BLOCK = 50;
// more blocks than this are written as a number before the strokes: nobody counts them, and a page must stay small
const MOST_BLOCKS = 20;

/** The path of `votes` strokes (at most one block). */
export function strokes(votes) {
  const parts = [];
  for (let i = 0; i < votes; i += 1) {
    const shift = Math.floor(i / 5) * (SIDE + 3);
    parts.push(STROKES[i % 5].replace(/([MH])(\d+\.?\d*)/g, (_, word, x) => `${word}${Number(x) + shift}`));
  }
  return parts.join("");
}

function block(votes) {
  const characters = Math.ceil(votes / 5);
  const width = characters * (SIDE + 3) - 3;
  return draw("svg", { class: "zheng", viewBox: `0 0 ${width} ${SIDE}`, width, height: SIDE, "aria-hidden": "true" },
    draw("path", { d: strokes(votes) }));
}

/** A row of 正 for so many votes, with the number for who cannot see it. */
export function zheng(votes) {
  const blocks = [];
  const whole = Math.floor(votes / BLOCK);
  const hidden = Math.max(0, whole - MOST_BLOCKS);
  for (let i = hidden; i < whole; i += 1) blocks.push(block(BLOCK));
  if (votes % BLOCK) blocks.push(block(votes % BLOCK));
  const label = t("zheng.label", { votes, characters: Math.floor(votes / 5), strokes: votes % 5 });
  return make("span", { class: "zhengs", role: "img", "aria-label": label },
    hidden ? make("span", { class: "zheng-before", "aria-hidden": "true" }, `${number(hidden * BLOCK)} + `) : null, blocks);
}
