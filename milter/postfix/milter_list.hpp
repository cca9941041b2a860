// The milters of a Postfix service (smtpd_milters and the like): which of them is this gateway, which sign, and where in the
// list the gateway belongs: behind what verifies or refuses, before what signs. Pure.
#pragma once

#include "milter/postfix/configuration.hpp"
#include "milter/settings/endpoint.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

// The name under which the gateway stands in main.cf, of its own so that no value refers to itself.
inline constexpr std::string_view gateway_parameter = "sealgate_milters", signers_parameter = "sealgate_signing_milters";

struct listed_milter {
    std::string endpoint;                           // "unix:sealgate/milter.sock"
    std::optional<std::string> default_action = {}; // of its own, in braces
    bool operator==(const listed_milter&) const = default;
};

// One element of a list with all $names put in.
listed_milter parse_milter(std::string_view element);
std::vector<listed_milter> parse_milters(std::string_view list);

// Where a Postfix daemon finds that socket: the path outside any chroot. Nothing where it is no unix socket.
std::optional<std::string> socket_path(std::string_view milter, bool is_chrooted, std::string_view queue_directory);

// What main.cf has to say for a socket at `path`, so that every daemon finds it, chrooted or not; nothing where no spelling
// does.
std::optional<std::string> endpoint_for(const endpoint& listens, std::string_view queue_directory);

class milter_roles {
public:
    milter_roles(std::vector<endpoint> gateway, std::string queue_directory)
        : gateway_(std::move(gateway))
        , queue_directory_(std::move(queue_directory)) {}

    bool is_gateway(const listed_milter& one) const;
    // One that signs what leaves, as far as its name or its usual port says so; not one that only verifies.
    static bool is_signer(std::string_view name_or_endpoint);

    // Of a list with all $names put in: the gateway stands in it, and before every signer.
    bool has_gateway(std::string_view list) const;
    bool is_before_signers(std::string_view list) const;

    // A list as it is spelled, with the gateway where it belongs: the others keep their order. `known` gives what $names say.
    std::string with_gateway(std::string_view spelled, const postfix_parameters& known) const;
    // And without it.
    std::string without_gateway(std::string_view spelled, const postfix_parameters& known) const;
    // Only those that sign.
    std::string signers_of(std::string_view spelled, const postfix_parameters& known) const;

private:
    enum class role : std::uint8_t { gateway, signer, other };
    role role_of(std::string_view element, const postfix_parameters& known, int depth = 0) const;
    bool is_gateway_alone(std::string_view element, const postfix_parameters& known) const;
    role role_of_list(std::string_view list, const postfix_parameters& known, int depth) const;

    std::vector<endpoint> gateway_;
    std::string queue_directory_;
};

// As master.cf takes it in `-o name=value`, where no white space may stand.
std::string without_blanks(std::string_view list);

} // namespace sealgate::milter
