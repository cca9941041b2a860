// What Postfix's configuration lacks for the gateway, as edits; and what takes exactly these out again. Pure: what Postfix says
// goes in, edits and remarks come out.
#pragma once

#include "milter/postfix/edits.hpp"
#include "milter/postfix/milter_list.hpp"
#include "milter/settings/endpoint.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct installation_wish {
    std::vector<endpoint> listen; // of the gateway
    inet_endpoint submit;
    std::uint64_t largest_message = 0; // octets
};

struct postfix_plan {
    std::vector<postfix_edit> edits;
    std::vector<std::string> remarks; // what is left as it is, and somebody should look at
};

// The error says why Postfix could not reach the gateway.
std::expected<postfix_plan, std::string> plan_installation(const postfix_configuration& now, const installation_wish& wish);

// Without a record, what bears names of setup's own.
postfix_plan plan_removal(const postfix_configuration& now, const std::optional<postfix_record>& done);

// What main.cf has to say for the gateway, and how Postfix is to treat it: mail waits where it does not answer.
std::string gateway_entry(std::string_view milter);
// The endpoint that every smtpd and cleanup finds, of those where the gateway listens.
std::expected<std::string, std::string> reachable_endpoint(const postfix_configuration& now,
                                                           const std::vector<endpoint>& listen);

// A sealed mail is larger than it came: base64 with its line ends makes 1.37 of it; header and legacy display are little.
constexpr std::uint64_t size_when_sealed(std::uint64_t octets) { return octets * 7 / 5; }

// A door whose mail the gateway does not see is no mistake where a filter gives back what has been in by another one.
bool is_closed_to_milters(const postfix_configuration& of, const postfix_service& door);

} // namespace sealgate::milter
