// The bare clients, for tests to call.
import { algoliasearch } from "algoliasearch";
import { liteClient } from "algoliasearch/lite";
import algoliasearch4 from "algoliasearch4";
import lite4 from "algoliasearch4/lite";
import { hosts, hosts4 } from "./shared.js";

window.clients = {
  full5: algoliasearch("parry", "search-key", { hosts }),
  lite5: liteClient("parry", "search-key", { hosts }),
  full4: algoliasearch4("parry", "search-key", { hosts: hosts4 }),
  lite4: lite4("parry", "search-key", { hosts: hosts4 }),
};
window.insights5 = window.clients.full5.initInsights({ options: { hosts } });
