/* Shows the offline page when a page cannot be fetched. Nothing else is kept: no campaign page, no receipt,
   no answer of the API, so that a phone passed from hand to hand gives nothing away. */
"use strict";
const SHELF = "offline-1";
const PAGE = "/offline";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELF).then((shelf) =>
    fetch(PAGE, { credentials: "omit", cache: "reload" }).then((reply) => {
      if (!reply.ok) throw new Error("no offline page");
      return reply.clone().text().then((html) => {
        const parts = html.match(/(?:href|src)="[^"]+\.(?:css|js|svg)[^"]*"/g) || [];
        return Promise.all([shelf.put(PAGE, reply)].concat(parts.map((part) => shelf.add(part.split('"')[1]))));
      });
    })
  ).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) =>
    Promise.all(names.filter((name) => name !== SHELF).map((name) => caches.delete(name)))
  ).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(PAGE).then((page) => page || Response.error())));
  } else if (/\.(css|js|svg)(\?|$)/.test(request.url) && new URL(request.url).origin === self.location.origin) {
    /* The offline page's own style and script; from the network whenever there is one. */
    event.respondWith(fetch(request).catch(() => caches.match(request).then((kept) => kept || Response.error())));
  }
});
