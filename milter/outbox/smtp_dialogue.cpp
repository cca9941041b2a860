#include "milter/outbox/smtp_dialogue.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sealgate::milter {

namespace {

std::string_view word_of(std::string_view line) { return line.substr(0, line.find(' ')); }

recipient_fate fate_of(const smtp_dialogue::answer& said) {
    if (!said) return {.what = fate::waits, .reply = said.error()};
    const auto what = said->kind() == 2 ? fate::taken : said->kind() == 5 ? fate::refused : fate::waits;
    return {.what = what, .reply = said->printable()};
}

} // namespace

smtp_dialogue::smtp_dialogue(outgoing_mail mail, std::string server, std::string own_name)
    : mail_(std::move(mail))
    , server_(std::move(server))
    , own_name_(std::move(own_name)) {
    result_.recipients.resize(mail_.recipients.size());
    for (std::size_t i = 0; i < mail_.recipients.size(); ++i) undecided_.push_back(i);
}

smtp_dialogue::step smtp_dialogue::take(const answer& said) {
    switch (stage_) {
    case stage::greeting: return take_greeting(said);
    case stage::hello: return take_hello(said);
    case stage::mail: return said && said->kind() == 2 ? next_recipient() : give_up(fate_of(said));
    case stage::recipient: return take_recipient(said);
    case stage::data: {
        if (said && said->code == 354) return stage_ = stage::message, step{.what = act::send_message};
        auto fate = fate_of(said);
        if (fate.what == fate::taken) fate.what = fate::waits; // it has not seen a message yet
        return give_up(fate);
    }
    case stage::message: return give_up(fate_of(said));
    case stage::end: return take_end(said);
    case stage::over: break;
    }
    return {};
}

smtp_dialogue::step smtp_dialogue::take_greeting(const answer& said) {
    if (said && said->kind() == 2) return say(stage::hello, "EHLO " + own_name_);
    return not_reached(said ? server_ + " greets with " + said->printable() : said.error());
}

smtp_dialogue::step smtp_dialogue::not_reached(std::string problem) {
    problem_ = std::move(problem);
    return give_up({.what = fate::waits, .reply = problem_});
}

smtp_dialogue::step smtp_dialogue::take_hello(const answer& said) {
    if (!said || said->kind() != 2)
        return not_reached(said ? server_ + " answers EHLO with " + said->printable() : said.error());
    extensions_.assign(said->lines.begin() + 1, said->lines.end());
    result_.reached = true;
    if (mail_.recipients.empty()) return give_up({});
    return say(stage::mail, mail_command());
}

smtp_dialogue::step smtp_dialogue::take_recipient(const answer& said) {
    const auto index = undecided_.front();
    auto& fate = result_.recipients[index];
    fate = fate_of(said);
    if (!said || said->code == 421) return give_up(fate); // 421: the server closes
    if (said->code == 552) fate.what = fate::waits;       // too many recipients, RFC 5321 section 4.5.3.1.10
    if (fate.what == fate::taken) {
        accepted_.push_back(index);
        fate.what = fate::waits; // until the message is taken
    }
    undecided_.pop_front();
    return next_recipient();
}

smtp_dialogue::step smtp_dialogue::next_recipient() {
    for (; !undecided_.empty(); undecided_.pop_front()) {
        const auto& one = mail_.recipients[undecided_.front()];
        auto refused = unspeakable(one);
        if (!refused) return say(stage::recipient, recipient_command(one));
        result_.recipients[undecided_.front()] = *std::move(refused);
    }
    if (!accepted_.empty()) return say(stage::data, "DATA");
    stage_ = stage::over;
    return {};
}

smtp_dialogue::step smtp_dialogue::take_end(const answer& said) {
    result_.unclear = !said || (said->kind() != 2 && said->kind() != 4 && said->kind() != 5);
    return give_up(fate_of(said));
}

std::string_view smtp_dialogue::final_dot() {
    stage_ = stage::end;
    return ".\r\n";
}

smtp_dialogue::step smtp_dialogue::say(stage next, std::string line) {
    stage_ = next;
    return {.what = act::say, .line = std::move(line)};
}

smtp_dialogue::step smtp_dialogue::give_up(const recipient_fate& fate) {
    stage_ = stage::over;
    const auto given = fate; // it may be one of these
    for (const auto index : undecided_) result_.recipients[index] = given;
    for (const auto index : accepted_) result_.recipients[index] = given;
    return {};
}

std::optional<recipient_fate> smtp_dialogue::unspeakable(const outgoing_recipient& one) const {
    if (!policy::is_envelope_address(one.address))
        return recipient_fate{.what = fate::refused, .reply = "553 5.1.3 this address cannot be sent to a mail server"};
    // RFC 6531 section 3.5
    if (!offers("SMTPUTF8") && !(text::is_ascii(one.address) && text::is_ascii(mail_.sender)))
        return recipient_fate{.what = fate::refused, .reply = "553 5.6.7 the mail server does not take addresses beyond ASCII"};
    return std::nullopt;
}

std::string smtp_dialogue::mail_command() const {
    auto line = "MAIL FROM:<" + mail_.sender + ">";
    if (offers("SIZE")) line += " SIZE=" + std::to_string(mail_.message.size());
    if (offers("8BITMIME") && !text::is_ascii(mail_.message)) line += " BODY=8BITMIME";
    const bool ascii =
        text::is_ascii(mail_.sender) && std::ranges::all_of(mail_.recipients, text::is_ascii, &outgoing_recipient::address);
    if (offers("SMTPUTF8") && !ascii) line += " SMTPUTF8";
    if (offers("DSN")) line += parameters(mail_.dsn);
    return line;
}

std::string smtp_dialogue::recipient_command(const outgoing_recipient& one) const {
    return "RCPT TO:<" + one.address + ">" + (offers("DSN") ? parameters(one.dsn) : std::string{});
}

bool smtp_dialogue::offers(std::string_view extension) const {
    return std::ranges::any_of(extensions_, [&](const auto& one) { return text::iequals(word_of(one), extension); });
}

std::optional<std::uint64_t> smtp_dialogue::size_limit() const {
    std::optional<std::uint64_t> most;
    for (const auto& line : extensions_) {
        if (!text::iequals(word_of(line), "SIZE")) continue;
        const auto number = text::trim(std::string_view(line).substr(word_of(line).size()));
        std::uint64_t octets = 0;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), octets);
        // 0: no limit.
        if (error == std::errc{} && end == number.data() + number.size() && octets > 0) most = octets;
    }
    return most;
}

handed_over smtp_dialogue::finish() {
    mail_.message = {}; // the copy may be wanted by now
    return std::move(result_);
}

} // namespace sealgate::milter
