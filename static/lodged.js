/* The acknowledgement is here: the draft on this phone has done its work. */
(function () {
  "use strict";
  const stem = "objection:" + document.currentScript.dataset.slug + ":";
  try {
    Object.keys(localStorage).filter((key) => key.indexOf(stem) === 0).forEach((key) => localStorage.removeItem(key));
  } catch (refused) { /* nothing was kept either */ }
  try {
    const request = indexedDB.open("objection-drafts", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("files");
    request.onsuccess = () => {
      request.result.transaction("files", "readwrite").objectStore("files").clear();
      request.result.close();
    };
  } catch (refused) { /* as above */ }
})();
