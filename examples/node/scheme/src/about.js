export const about = `a shop at ${location.origin}`;
