#include "milter/doctor/limit_findings.hpp"

#include "milter/postfix/plan.hpp"
#include "policy/base/text.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

using place = postfix_edit::place;
using enum finding_kind;

bool is_within(const network& inner, const network& outer, std::string_view address) {
    return inner.prefix.size() == outer.prefix.size() && outer.length <= inner.length && contains(outer, address);
}

void find_networks(const examined& of, findings& to) {
    std::vector<std::string> others;
    for (const auto& one : of.postfix.networks()) {
        const auto net = parse_network(one);
        if (!net) continue;
        const auto address = std::string_view(one).substr(0, one.find('/'));
        const bool is_judged = std::ranges::any_of(of.gateway.outgoing.networks,
                                                   [&](const auto& outer) { return is_within(*net, outer, address); });
        if (!is_judged) others.push_back(one);
    }
    if (others.empty()) return;
    std::string quoted;
    for (const auto& one : others) quoted += "\"" + one + "\", ";
    to.push_back({.kind = networks_not_judged,
                  .what = "may send without a login, and is not decided about unless the sender is one of ours: " +
                          text::join(others, ", "),
                  .where = "mynetworks in main.cf; gateway.outgoing.networks",
                  .mend = "sed -i " + shell_quoted("s|^\\( *networks: *\\)\\[|\\1[" + quoted + "|") + " " +
                          shell_quoted(of.config_path)});
}

void find_sizes(const examined& of, findings& to) {
    const auto needed = size_when_sealed(of.gateway.limits.largest_message());
    const auto most = of.postfix.number("message_size_limit");
    if (!most || *most == 0 || *most >= needed) return;
    const auto to_set = std::to_string(needed);
    auto mend = "postconf" + of.option + " -e message_size_limit=" + to_set;
    for (const auto* name : {"mailbox_size_limit", "virtual_mailbox_limit"})
        if (const auto above = of.postfix.number(name); above && *above != 0 && *above < needed)
            mend += " " + std::string(name) + "=" + to_set;
    to.push_back({.kind = message_size,
                  .what = "a mail of the largest size that the gateway takes has " + text::octets(needed) +
                          " once it is encrypted, and Postfix takes " + text::octets(*most),
                  .where = "message_size_limit in main.cf; gateway.limits.message_size",
                  .mend = std::move(mend)});
}

} // namespace

findings limit_findings(const examined& of) {
    findings out;
    find_networks(of, out);
    find_sizes(of, out);
    if (const auto most = of.postfix.number("bounce_size_limit"); most != 1)
        out.push_back({.kind = bounce_size,
                       .what = "a bounce carries the mail back in clear, up to " + text::octets(most.value_or(0)),
                       .where = "bounce_size_limit in main.cf",
                       .mend = of.set(place::parameter, "bounce_size_limit", "1")});
    if (!of.postfix.value("message_strip_characters").contains("\\0"))
        out.push_back({.kind = nul_octets,
                       .what = "what stands behind a NUL in a header is not seen by any milter, and a tag may stand there",
                       .where = "message_strip_characters in main.cf",
                       .mend = of.set(place::parameter, "message_strip_characters",
                                      of.postfix.value("message_strip_characters") + "\\0")});
    return out;
}

} // namespace sealgate::milter
