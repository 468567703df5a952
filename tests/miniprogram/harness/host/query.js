/** Queries of page addresses. WeChat hands the values over as they are written, without decoding them. */
export function parseQuery(search) {
  const pairs = (search ?? '').split('&').filter(Boolean)
  return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]))
}

export function formatAddress(path, query) {
  const search = Object.entries(query).map(([key, value]) => `${key}=${value}`).join('&')
  return search ? `${path}?${search}` : path
}
