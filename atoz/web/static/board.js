// The little that neither HTML nor HTMX does: tell the server the reader's zone, once.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`atoz-zone=${zone}`)) {
  document.cookie = `atoz-zone=${zone};path=/;max-age=31536000;samesite=lax`;
}
