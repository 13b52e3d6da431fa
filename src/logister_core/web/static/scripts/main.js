// Signed-in pages, bundled: htmx from npm together with our own scripts.

import htmx from "htmx.org";

import "./enhance.js";
import { startFragments } from "./fragments.js";

window.htmx = htmx;
startFragments();
