// The behaviour of GOV.UK components that Tongban's pages use; every page also works without it.
import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  Radios,
  SkipLink,
  createAll,
} from "govuk-frontend";

document.documentElement.classList.add("js-enabled");
document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const component of [CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink]) {
  createAll(component);
}
createAll(Button, { preventDoubleClick: true });

// Panels that htmx brings in later; what is running already says so in an attribute.
const WAITING = '[data-module="govuk-character-count"]:not([data-govuk-character-count-init])';
document.addEventListener("htmx:load", (event) => {
  const place = event.detail.elt.parentElement || event.detail.elt;
  for (const part of place.querySelectorAll(WAITING)) new CharacterCount(part);
});
