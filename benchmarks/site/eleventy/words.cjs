// What templates share: escaping, counting, and joining what a list gives.
const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
const e = (value) => String(value).replace(/[&<>"']/g, (sign) => SIGNS[sign]);
const number = (count) => count.toLocaleString("en");
const plural = (count, one) => `${number(count)} ${one}${count === 1 ? "" : "s"}`;
const capitalize = (word) => word[0].toUpperCase() + word.slice(1);
const each = (list, say, between = "") => list.map(say).join(between);

module.exports = { e, number, plural, capitalize, each };
