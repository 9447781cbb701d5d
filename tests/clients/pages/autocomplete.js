// A search box with Autocomplete, filled by its Algolia preset.
import { autocomplete, getAlgoliaResults } from "@algolia/autocomplete-js";
import { liteClient } from "algoliasearch/lite";
import { hosts } from "./shared.js";

const searchClient = liteClient("parry", "search-key", { hosts });

window.box = { status: "idle" }; // what the test waits for

autocomplete({
  onStateChange: ({ state }) => (window.box.status = state.status),
  container: "#box",
  detachedMediaQuery: "none", // the page has no style sheet to say so
  getSources: ({ query }) => [
    {
      sourceId: "articles",
      getItemUrl: ({ item }) => item.url,
      getItems: () =>
        getAlgoliaResults({
          searchClient,
          queries: [{ indexName: "articles", params: { query, hitsPerPage: 5 } }],
        }),
      templates: {
        item: ({ item, components, html }) =>
          html`<a href="${item.url}"
            >${components.Highlight({ hit: item, attribute: "title" })}</a
          >`,
      },
    },
  ],
});
