// A results page as sites write them with InstantSearch.
import { liteClient } from "algoliasearch/lite";
import instantsearch from "instantsearch.js";
import {
  configure,
  hits,
  pagination,
  refinementList,
  searchBox,
  sortBy,
  stats,
} from "instantsearch.js/es/widgets";
import insightsClient from "search-insights";
import { host, hosts } from "./shared.js";

const search = instantsearch({
  indexName: "articles_en",
  searchClient: liteClient("parry", "search-key", { hosts }),
  insights: {
    insightsClient,
    insightsInitParams: { host: `http://${host}`, useCookie: true },
  },
});

search.addWidgets([
  configure({ hitsPerPage: 5, attributesToSnippet: ["content:15"] }),
  searchBox({ container: "#box" }),
  stats({ container: "#stats" }),
  sortBy({
    container: "#order",
    items: [
      { label: "Best", value: "articles_en" },
      { label: "Newest", value: "articles_en_by_updated" },
    ],
  }),
  refinementList({
    container: "#categories",
    attribute: "category",
    searchable: true,
  }),
  hits({
    container: "#hits",
    templates: {
      item: (hit, { html, components, sendEvent }) => html`
        <a
          href="${hit.url}"
          data-updated="${hit.updated}"
          onclick=${(event) => {
            event.preventDefault();
            sendEvent("click", hit, "Article Opened");
          }}
          >${components.Highlight({ hit, attribute: "title" })}</a
        >
        <em>${hit.category}</em>
        <p>${components.Snippet({ hit, attribute: "content" })}</p>
      `,
    },
  }),
  pagination({ container: "#pages" }),
]);
search.start();
