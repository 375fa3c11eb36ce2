"""The script of a page: it only hides what the filters leave out."""

SCRIPT = """
"use strict";
const filters = document.getElementById("filters");

// An event stands in each view: all its places have its number as data-e.
const placesOf = new Map();
const textOf = new Map();

function place(element) {
  const number = element.dataset.e;
  if (!placesOf.has(number)) placesOf.set(number, []);
  placesOf.get(number).push(element);
}

function text(entry) {
  if (!textOf.has(entry)) textOf.set(entry, entry.textContent.toLowerCase());
  return textOf.get(entry);
}

function fits(entry, wanted) {
  return Object.entries(wanted).every(([key, value]) =>
    !value || (key === "text" ? text(entry).includes(value) : (entry.dataset[key] ?? "").split(" ").includes(value)));
}

function filter(entries, groups) {
  const fields = [...filters.querySelectorAll("[data-filter]")];
  const wanted = Object.fromEntries(fields.map((field) => [field.dataset.filter, field.value.trim().toLowerCase()]));
  let shown = 0;
  for (const entry of entries) {
    const fit = fits(entry, wanted);
    shown += fit;
    for (const element of placesOf.get(entry.dataset.e)) element.hidden = !fit;
  }
  for (const group of groups) group.hidden = !group.querySelector("[data-e]:not([hidden])");
  const all = shown === entries.length;
  filters.querySelector("output").textContent = all ? "" : `${shown} of ${entries.length} events`;
}

function markView() {
  const target = document.getElementById(location.hash.slice(1));
  const view = target?.closest("#months, #timeline, #list")?.id ?? "months";
  for (const link of document.querySelectorAll(".bar nav a"))
    link.ariaCurrent = link.hash === `#${view}` ? "true" : null;
}

if (filters) {
  document.querySelectorAll("[data-e]").forEach(place);
  const entries = [...document.querySelectorAll("#list [data-e]")];
  const groups = [...document.querySelectorAll(".group")];
  filters.addEventListener("input", () => filter(entries, groups));
  filters.hidden = false;
  addEventListener("hashchange", markView);
  markView();
}
"""
