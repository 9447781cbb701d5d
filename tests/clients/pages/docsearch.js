// DocSearch as the Docusaurus theme sets it up, its contextual filters too.
import docsearch from "@docsearch/js/docsearch";
import { liteClient } from "algoliasearch/lite";
import { hosts } from "./shared.js";

docsearch({
  container: "#box",
  appId: "parry",
  apiKey: "search-key",
  indices: [
    {
      name: "articles",
      searchParameters: {
        facetFilters: [
          "language:en",
          ["docusaurus_tag:default", "docusaurus_tag:docs-default-current"],
        ],
      },
    },
  ],
  transformSearchClient: () => liteClient("parry", "search-key", { hosts }),
});
