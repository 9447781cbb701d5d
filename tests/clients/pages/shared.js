// Where Parry is: the page's address says it (?parry=127.0.0.1:8080).
export const host = new URLSearchParams(location.search).get("parry");

/** What every client of Algolia's takes instead of its own servers. */
export const hosts = [{ url: host, accept: "readWrite", protocol: "http" }];

/** The same for version 4: 3 is "reads and writes". */
export const hosts4 = [{ url: host, accept: 3, protocol: "http" }];
