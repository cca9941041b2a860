#include "milter/installation/answers.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace sealgate::milter {

namespace {

using reader = std::expected<std::string, std::string> (*)(std::string_view);

std::expected<std::string, std::string> read_mode(std::string_view typed) {
    const auto word = text::lower(text::trim(typed));
    if (policy::named_as<policy::mode>(word)) return word;
    return std::unexpected("\"" + text::printable(typed, 40) + "\" is no mode: monitor or enforce");
}

// Until it is one; nothing at the end of what is typed.
std::optional<std::string> ask(const std::string& question, const std::string& proposal, reader read) {
    while (true) {
        std::cout << question << (proposal.empty() ? "" : " [" + proposal + "]") << ": " << std::flush;
        std::string typed;
        if (!std::getline(std::cin, typed)) return std::nullopt;
        auto out = read(text::trim(typed).empty() ? proposal : typed);
        if (out) return *std::move(out);
        std::cout << out.error() << '\n';
    }
}

std::optional<std::string> take(std::expected<std::string, std::string> read, std::string_view option) {
    if (read) return *std::move(read);
    complain(read.error() + "; " + std::string(option) + " names another one");
    return std::nullopt;
}

// One that was given, or that somebody types, or that is proposed.
std::optional<std::string> one_answer(const invocation& called, std::string_view option, const std::string& question,
                                      const std::string& proposal, reader read) {
    if (called.has(option)) return take(read(called.value(option)), option);
    if (may_be_asked(called)) return ask(question, proposal, read);
    return take(read(proposal), option);
}

std::optional<std::vector<std::string>> domains_of(const invocation& called, const postfix_configuration& postfix,
                                                   const known_answers& known) {
    std::vector<std::string> out;
    for (const auto& typed : called.values("--domain")) {
        const auto one = take(read_domain(typed), "--domain");
        if (!one) return std::nullopt;
        out.push_back(*one);
    }
    if (!out.empty()) return out;
    if (!known.domains.empty()) return known.domains;
    const auto one = one_answer(called, "--domain", "The organisation's mail domain", propose_domain(postfix), read_domain);
    if (!one) return std::nullopt;
    return std::vector{*one};
}

} // namespace

std::string propose_domain(const postfix_configuration& postfix) {
    const auto is_public = [](std::string_view domain) {
        return read_domain(domain) && !domain.ends_with(".localdomain") && !domain.ends_with(".local") &&
               domain != "localhost.localdomain";
    };
    const auto& host = postfix.value("myhostname");
    for (const auto* name : {"mydestination", "virtual_mailbox_domains", "relay_domains"})
        for (const auto& one : split_list(postfix.value(name)))
            if (is_public(one) && one != host && one != "localhost." + postfix.value("mydomain") &&
                one.find(':') == std::string::npos)
                return text::lower(one);
    return is_public(postfix.value("mydomain")) ? text::lower(postfix.value("mydomain")) : "";
}

bool may_be_asked(const invocation& called) { return !called.has("--yes") && !called.json() && ::isatty(STDIN_FILENO) == 1; }

bool is_confirmed(const std::string& question) {
    std::cout << question << " [y/N] " << std::flush;
    std::string typed;
    return std::getline(std::cin, typed) && text::istarts_with(text::trim(typed), "y");
}

std::optional<setup_answers> collect_answers(const invocation& called, const postfix_configuration& postfix,
                                             const known_answers& known) {
    if (!called.has("--yes") && !called.has("--domain") && known.domains.empty() && !may_be_asked(called)) {
        complain("nobody can be asked here: name --domain, or take what Postfix says by --yes");
        return std::nullopt;
    }
    const auto domains = domains_of(called, postfix, known);
    if (!domains) return std::nullopt;
    const auto from = !known.from.empty() && !called.has("--from")
                          ? known.from
                          : one_answer(called, "--from", "Who notices to staff come from, and who hears of held mail",
                                       "postmaster@" + domains->front(), read_mail_address);
    if (!from) return std::nullopt;
    const auto mode =
        known.mode && !called.has("--mode")
            ? std::string(name_of(*known.mode))
            : one_answer(called, "--mode", "monitor (decide and log, change nothing) or enforce", "monitor", read_mode);
    if (!mode) return std::nullopt;
    return setup_answers{
        .domains = *domains, .from = *from, .mode = policy::named_as<policy::mode>(*mode).value_or(policy::mode::monitor)};
}

} // namespace sealgate::milter
