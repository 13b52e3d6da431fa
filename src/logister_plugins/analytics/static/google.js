// Runs only after consent. Tells Google Analytics what it measures, without what addresses say behind their path.
"use strict";

(() => {
  const id = document.querySelector('meta[name="logister-google-tag-id"]')?.content;
  if (!id) return;
  window.dataLayer = window.dataLayer || [];
  window.gtag = window.gtag || function () { window.dataLayer.push(arguments); };
  const path = (address) => address.split(/[?#]/)[0];
  window.gtag("js", new Date());
  window.gtag("config", id, { page_location: path(location.href), page_referrer: path(document.referrer) });
})();
