#include "policy/report/page.hpp"

#include "policy/base/rfc3339.hpp"
#include "policy/report/sections.hpp"
#include "policy/report/simulation_view.hpp"
#include "policy/report/style.hpp"
#include "policy/report/svg.hpp"
#include "policy/report/time_axis.hpp"
#include "policy/report/time_lines.hpp"
#include "policy/report/words.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

using html::markup;
using html::writer;

std::uint64_t enforced(const numbers& of, outcome what) {
    return sum(of.totals, [&](const kind_of_mail& mail) { return mail.how == mode::enforce && mail.what == what; });
}

std::uint64_t watched(const numbers& of) {
    return sum(of.totals, [](const kind_of_mail& mail) { return mail.how == mode::monitor; });
}

std::uint64_t all(const numbers& of) {
    return sum(of.totals, [](const kind_of_mail&) { return true; });
}

// One entry of the page: its place, its heading, and what it says. `used`: whether this report has it.
struct section {
    markup id;
    markup heading;
    bool used;
    void (*draw)(writer&, const report_input&);
};

void draw_section(writer& to, const section& one, const report_input& of) {
    to.raw("<section id=\"").raw(one.id).raw("\" aria-labelledby=\"").raw(one.id).raw("-heading\">\n<h2 id=\"").raw(one.id);
    to.raw("-heading\">").raw(one.heading).raw("</h2>\n");
    one.draw(to, of);
    to.raw("</section>\n");
}

void draw_summary(writer& to, const report_input& of) {
    const auto& counts = of.counted;
    if (all(counts) == 0) {
        to.raw("<p class=\"lead\">No outgoing mail was decided about in this time.</p>\n");
        return;
    }
    to.raw("<p class=\"lead\">")
        .text(counted(all(counts), "outgoing mail was", "outgoing mails were"))
        .raw(" decided about, with ");
    to.text(counted(counts.recipients, "recipient", "recipients")).raw(". ");
    const auto touched = enforced(counts, outcome::reject) + enforced(counts, outcome::hold);
    if (watched(counts) < all(counts))
        to.text(counted(touched, "mail was", "mails were"))
            .raw(" refused or held, ")
            .text(counted(enforced(counts, outcome::seal), "was", "were"))
            .raw(" encrypted by the gateway, and ")
            .text(counted(enforced(counts, outcome::warn), "left", "left"))
            .raw(" with a warning to the sender.");
    if (watched(counts) > 0)
        to.raw(" ")
            .text(counted(watched(counts), "mail", "mails"))
            .raw(" passed unchanged while the gateway only watched (<a href=\"#watched\">monitor mode</a>).");
    to.raw("</p>\n");
    draw_outcomes(to, counts);
    draw_classifications(to, counts);
}

void draw_notes(writer& to, const report_input&) {
    to.raw(R"(<ul>
<li><b>Mail</b> here is outgoing mail that the policy decided about. A mail that is sent again, because it was refused or deferred before, is counted again.</li>
<li><b>Delivered</b>: handed on as it was. <b>Sealed</b>: encrypted by the gateway for those who need it. <b>Held</b>: waits for an administrator.
<b>Refused</b>: went back to the sender, with the reason; nobody got it. <b>Deferred</b>: to be tried again.</li>
<li><b>Only watched</b>: the gateway was in monitor mode. It decided and logged, and the mail passed unchanged.</li>
<li>A mail is refused as a whole. Its other recipients are not counted as refused.</li>
<li>A <b>tier</b> is how the policy rates the mail service behind a domain. All times are UTC.</li>
</ul>
)");
}

void draw_header(writer& to, const report_input& of) {
    const auto span = period_of(of);
    to.raw("<header>\n<h1>What became of outgoing mail</h1>\n<p class=\"period\">");
    if (!of.organisation.empty()) to.isolated(of.organisation).raw(", ");
    draw_time(to, span.from);
    to.raw(" to ");
    draw_time(to, span.to);
    to.raw("</p>\n<p class=\"soft\">From the audit log <code>").text(of.log).raw("</code>");
    if (!of.host.empty()) to.raw(" of ").isolated(of.host);
    to.raw(", read by sealgate ").text(of.version).raw(" on ");
    draw_time(to, of.now);
    to.raw(".</p>\n");
}

} // namespace

period period_of(const report_input& of) {
    const auto& counts = of.counted;
    const auto last = std::max(counts.last.value_or(of.now), of.now);
    const auto to = std::min(of.until.value_or(last), last);
    return {.from = std::min(of.since.value_or(counts.first.value_or(to)), to), .to = to};
}

std::vector<std::string> policy_lines(const report_input& of, const change& one, std::size_t most) {
    if (one.policy_now.empty() || !of.policy_text) return {};
    return policy_change_in_words(of.policy_text, one.policy_before, one.policy_now, most);
}

std::string report_page(const report_input& of) {
    const section sections[] = {
        {"proof", "Can the log be believed?", true,
         [](writer& to, const report_input& in) {
             if (in.gateways.empty())
                 draw_proof(to, in.proof, in.counted.unreadable);
             else
                 draw_proofs(to, in.gateways, in.counted.unreadable);
         }},
        {"summary", "In short", true, draw_summary},
        {"time", "Over time", all(of.counted) > 0, draw_time_line},
        {"refusals", "What was refused, and why", true,
         [](writer& to, const report_input& in) { draw_refusals(to, in.counted); }},
        {"senders-of-mail", "Who sent it", all(of.counted) > watched(of.counted),
         [](writer& to, const report_input& in) { draw_senders(to, in.counted); }},
        {"insecure", "Insecure domains", true,
         [](writer& to, const report_input& in) {
             to.raw("<p>Where mail was warned about, refused or held because of the mail service or of a key that is missing "
                    "there.</p>\n");
             draw_insecure_domains(to, in.counted);
         }},
        {"keyless-people", "Recipients without a usable key", true,
         [](writer& to, const report_input& in) { draw_missing_keys(to, in.counted); }},
        {"ending", "Keys about to end", true,
         [](writer& to, const report_input& in) { draw_ending_keys(to, in.ending, in.now); }},
        {"near-misses", "Near misses of tags", true,
         [](writer& to, const report_input& in) { draw_near_misses(to, in.counted); }},
        {"watched", "Monitor mode: what the policy would have done", watched(of.counted) > 0,
         [](writer& to, const report_input& in) {
             to.raw("<p>This mail passed unchanged. The pictures and tables say what would have become of it, had the policy "
                    "been in force. "
                    "Senders, rules and domains for which nothing would have changed are left out.</p>\n");
             draw_watched_time_line(to, in);
             draw_watched(to, in.counted);
         }},
        {"simulated", "What another policy would have done", of.another_policy != nullptr,
         [](writer& to, const report_input& in) { draw_simulation(to, *in.another_policy); }},
        {"gateway", "Changes of the gateway", true, draw_changes},
        {"reading", "How to read this", true, draw_notes},
    };
    writer out;
    out.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" "
            "content=\"no-referrer\">\n"
            "<title>What became of outgoing mail: sealgate report</title>\n<style>")
        .raw(report_style)
        .raw("</style>\n</head>\n<body>\n");
    draw_patterns(out);
    draw_header(out, of);
    out.raw("<nav aria-label=\"Sections\"><ul>\n");
    for (const auto& one : sections)
        if (one.used) out.raw("<li><a href=\"#").raw(one.id).raw("\">").raw(one.heading).raw("</a></li>\n");
    out.raw("</ul></nav>\n</header>\n<main>\n");
    for (const auto& one : sections)
        if (one.used) draw_section(out, one, of);
    out.raw("</main>\n<footer><p>Made by sealgate ")
        .text(of.version)
        .raw(" from its audit log and its key store. No subject and no text of a mail is in the log or in this "
             "report.</p></footer>\n</body>\n</html>\n");
    return std::move(out).take();
}

} // namespace sealgate::policy
