import { Client } from "pg";

/** Runs the action with a connection and closes it. */
export async function withClient<T>(
  url: string,
  action: (client: Client) => Promise<T>,
  application?: string,
): Promise<T> {
  const client = new Client({ connectionString: url, application_name: application });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}
