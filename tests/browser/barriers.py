"""What keeps people out of a page, as axe-core (locked beside) sees it: https://github.com/dequelabs/axe-core."""

from tests.browser.conftest import Visit

# 2.5.8, the size of what is touched, is not looked at unless it is asked for.
_FINDINGS = """async () => {
    const rules = { "target-size": { enabled: true } };
    const { violations } = await axe.run(document, { rules, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html} (${node.failureSummary})`));
}"""


def findings(here: Visit, axe: str) -> list[str]:
    """What axe finds on the page, with everything that opens opened: what is not shown is not looked at."""
    here.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    here.page.evaluate(axe)
    found: list[str] = here.page.evaluate(_FINDINGS)
    return found
