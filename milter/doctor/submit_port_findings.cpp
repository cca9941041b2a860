#include "milter/doctor/submit_port_findings.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/outbox/smtp_client.hpp"
#include "milter/postfix/plan.hpp"
#include "policy/base/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>

namespace sealgate::milter {

namespace {

using place = postfix_edit::place;
using enum finding_kind;

using size_answer = std::expected<std::optional<std::uint64_t>, std::string>;

// The largest message that it says it takes.
size_answer ask(const inet_endpoint& port) {
    size_answer out;
    boost::asio::io_context io;
    constexpr smtp_deadlines patience{.step = std::chrono::seconds(5), .end_of_message = std::chrono::seconds(5)};
    boost::asio::co_spawn(io, ask_size_limit(port, patience), [&](const std::exception_ptr& thrown, const size_answer& said) {
        out = thrown ? std::unexpected(text_of(thrown)) : said;
    });
    io.run();
    return out;
}

bool is_open_to_others(const examined& of, const postfix_service& port) {
    if (port.is_on_loopback()) return false;
    const auto& interfaces = of.postfix.value(port, "inet_interfaces");
    return !port.host().empty() || (interfaces != "loopback-only" && interfaces != "127.0.0.1" && interfaces != "localhost");
}

// The same line, bound to loopback.
std::string bind_to_loopback(const examined& of, const postfix_service& port) {
    const auto name = to_string(endpoint(of.gateway.submit)).substr(sizeof "inet:" - 1);
    auto line = found_at(of.postfix, place::service, port.key()).value_or("");
    line.replace(0, port.name.size(), name);
    return of.set(place::service, port.key(), std::nullopt) + " && " + of.set(place::service, name + "/inet", line);
}

// What signs elsewhere signs here too, by name where it has one.
std::string signers_for(const examined& of) {
    if (of.postfix.set.contains(signers_parameter)) return "$" + std::string(signers_parameter);
    return of.roles.signers_of(of.postfix.spelled("smtpd_milters").value_or(""), of.postfix.set);
}

bool has_signer(std::string_view list) {
    return std::ranges::any_of(parse_milters(list), [](const auto& one) { return milter_roles::is_signer(one.endpoint); });
}

} // namespace

findings submit_port_findings(const examined& of) {
    findings out;
    const auto* port = of.postfix.at_port(of.gateway.submit.port);
    const auto where = to_string(endpoint(of.gateway.submit)).substr(sizeof "inet:" - 1) + " (gateway.submit)";
    const auto add = [&](finding_kind kind, std::string what, std::string mend) {
        out.push_back({.kind = kind, .what = std::move(what), .where = where, .mend = std::move(mend)});
    };
    if (port == nullptr) {
        add(submit_port_missing, "master.cf has no smtpd there: copies and notices stay in the outbox", of.setup_command);
        return out;
    }
    const auto& milters = of.postfix.value(*port, "smtpd_milters");
    if (of.roles.has_gateway(milters)) {
        const auto own = port->own.find("smtpd_milters");
        const auto without = of.roles.without_gateway(own == port->own.end() ? signers_for(of) : own->second, of.postfix.set);
        add(submit_port_asks_gateway,
            "the gateway is asked about its own mail: it decides twice, and copies are split for ever",
            of.set(place::own, port->key() + "/smtpd_milters", without));
    } else if (has_signer(of.postfix.value("smtpd_milters")) && !has_signer(milters)) {
        add(submit_port_unsigned, "copies and notices leave without the DKIM signature that other mail gets",
            of.set(place::own, port->key() + "/smtpd_milters", signers_for(of)));
    }
    if (is_open_to_others(of, *port))
        add(submit_port_open, "it listens for others too, whose mail goes round the gateway there",
            bind_to_loopback(of, *port));
    const auto needed = size_when_sealed(of.gateway.limits.largest_message());
    const auto most = ask(of.gateway.submit);
    if (!most)
        add(submit_port_dead, "it does not answer, so copies and notices wait: " + most.error(),
            "postfix" + of.option + " start || postfix" + of.option + " reload");
    else if (*most && **most < needed && port->own.contains("message_size_limit"))
        add(message_size,
            "it takes mails of " + text::octets(**most) + ", and one that the gateway has encrypted may have " +
                text::octets(needed),
            of.take_out(*port, "message_size_limit"));
    return out;
}

} // namespace sealgate::milter
