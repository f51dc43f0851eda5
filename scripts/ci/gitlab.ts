import { readFileSync } from "node:fs";
import { MARKER, withSection } from "../../operations/preview/commentText.ts";

// node scripts/ci/gitlab.ts comment plan.md | issue drift.md: the one comment of the merge request, the one issue of the stack.
const variable = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: it comes from GitLab, GITLAB_TOKEN from the project's variables`);
  return value;
};
const [what = "", file = ""] = process.argv.slice(2);
const project = `${variable("CI_API_V4_URL")}/projects/${variable("CI_PROJECT_ID")}`;
const text = readFileSync(file, "utf8");
const stack = variable("STACK");

async function api<T>(method: string, url: string, body?: Readonly<Record<string, string>>): Promise<T> {
  const headers = { "private-token": variable("GITLAB_TOKEN"), "content-type": "application/json" };
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`GitLab answered ${response.status} to ${method} ${new URL(url).pathname}`);
  return (await response.json()) as T;
}

async function comment(): Promise<void> {
  const notes = `${project}/merge_requests/${variable("CI_MERGE_REQUEST_IID")}/notes`;
  const all = await api<{ id: number; body: string }[]>("GET", `${notes}?per_page=100&sort=asc&order_by=created_at`);
  const found = all.find(({ body }) => body.startsWith(MARKER));
  const body = withSection(found?.body ?? "", stack, text);
  await (found === undefined ? api("POST", notes, { body }) : api("PUT", `${notes}/${found.id}`, { body }));
}

async function issue(): Promise<void> {
  const title = `Drift in ${stack}`;
  const search = new URLSearchParams({ state: "opened", in: "title", search: title, per_page: "100" });
  const all = await api<{ iid: number; title: string }[]>("GET", `${project}/issues?${search.toString()}`);
  const found = all.find((one) => one.title === title);
  if (readFileSync(file.replace(/\.md$/, ".status"), "utf8").trim() === "0") {
    if (found !== undefined) await api("PUT", `${project}/issues/${found.iid}`, { state_event: "close" });
  } else if (found === undefined) await api("POST", `${project}/issues`, { title, description: text });
  else await api("PUT", `${project}/issues/${found.iid}`, { description: text });
}

await (what === "comment" ? comment() : issue());
