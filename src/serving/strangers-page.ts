/** What a browser shows that comes without the token: no word of what runs here. */

export const strangersPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Troupe: not let in</title>
<main>
<h1>This page needs its token</h1>
<p>Open the address that <code>troupe serve</code> has printed: it ends in <code>?token=…</code>.
It is a new one each time that the server starts; <code>troupe serve --address</code> says it
again.</p>
</main>
</html>
`;
