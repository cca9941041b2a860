// Reports about a mail (RFC 6522): what became of it (RFC 3464), or that it was shown (RFC 8098). Mail servers and mail
// programs write them with the null sender, and nobody can do anything about one that is refused: the gateway lets them pass
// undecided.
//
// Anybody can write multipart/report into a header, so one is believed only where it is what programs make: the type that
// report-type names stands as its second part, in fields; in front a text, behind it at most what came back of the mail. A free
// text remains a free text: it is bounded. Whatever else has the null sender is decided about like other mail.
#pragma once

#include "policy/decision/facts.hpp"
#include "policy/mail/message.hpp"
#include "policy/rules/policy.hpp"

#include <functional>
#include <optional>
#include <string>

namespace sealgate::policy {

// What a message belongs to, the report or the mail that came back.
using thread_reader = std::function<thread_facts(const message&)>;

// The report-type. Nothing where it is no report, or one that carries more than a report has to: more than 64 KiB; where its
// Subject or the mail that came back has a tag for more than untagged_automatic, or nearly a tag, or is for its thread more
// than that, more than 16 KiB, or more of that mail than its header.
std::optional<std::string> report_type(const policy& rules, const message& mail, const thread_reader& thread_of_message);

} // namespace sealgate::policy
