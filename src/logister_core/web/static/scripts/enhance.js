// What our own scripts add to pages that are complete without them. Loaded as it stands when nothing was bundled.

import { startActivity } from "./activity.js";
import { startCopyButtons } from "./copy.js";
import { startDecisions } from "./decisions.js";
import { startFlashes } from "./flash.js";
import { startForms } from "./forms.js";
import { startInboxNews } from "./inbox-news.js";
import { startInbox } from "./inbox.js";
import { startLists } from "./lists.js";
import { startMenus } from "./menus.js";
import { startPanes } from "./panes.js";
import { startPasskeys } from "./passkeys.js";
import { startRefreshing } from "./refreshing.js";
import { startSearchOffers } from "./search-offers.js";
import { startSelection } from "./selection.js";
import { startTabs } from "./tabs.js";
import { startThemeChoice } from "./theme-choice.js";
import { localiseTimes } from "./times.js";
import { startWaiting } from "./waiting.js";

startThemeChoice();
startMenus();
startCopyButtons();
startFlashes();
startForms();
startPasskeys();
startTabs();
startSearchOffers();
startLists();
startPanes();
startInbox();
startSelection();
startDecisions();
startInboxNews();
startActivity();
localiseTimes();
startWaiting();
startRefreshing();

// Regions that arrive later hold times too (htmx and regions.js announce them).
document.addEventListener("htmx:load", (event) => localiseTimes(event.detail.elt.parentElement ?? document));
document.addEventListener("region:load", (event) => localiseTimes(event.target));
