import type { QualifiedName } from "../../postgres/names.ts";
import type { Session } from "../../postgres/session.ts";
import { refreshedBy } from "./command.ts";
import { visibleJobs } from "./describe.ts";

/** Whose sessions refresh a view: its job's, as far as this role sees that, else its owner's. */
export async function jobUserOf(session: Session, view: QualifiedName, owner: Promise<string>): Promise<string> {
  const visible = await visibleJobs(
    session,
    owner.then((name) => [name]),
  );
  const jobs = visible.filter((job) => refreshedBy(job, view, session.capabilities.database));
  return (jobs.find(({ isActive }) => isActive) ?? jobs[0])?.user ?? owner;
}
