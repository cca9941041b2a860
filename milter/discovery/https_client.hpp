// One page of the public Internet over HTTPS, whose name a stranger chose: the only user of libcurl. Blocks; one object a
// thread, which keeps its connection for the next request to the same host.
//
// Asks port 443 of a host by its name, never by an IP literal, and never with a password; follows at most 3 redirects, each to
// a place that holds to the same. The name is looked up here (name_lookup), each address must be public (public_address) or in
// `allow`, and what is connected to is judged once more as the socket is opened. Without those rules whoever writes a mail
// address, or answers with a redirect, sends this machine to whatever it can reach, inside the own network too. A body has at
// most 256 KiB, the header fields 32 KiB; nothing is decompressed. The certificate must be of the system's authorities or of
// those in `ca_file`.
//
// With a proxy names are not looked up and no address is seen: then the proxy must keep this machine away from what is
// not public. The environment's https_proxy and no_proxy do not count.
// Errors are values: one line for people, that names the host. Tested by discovery/discovery_test.py.
#pragma once

#include "milter/settings/endpoint.hpp"
#include "policy/base/names.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace sealgate::milter {

struct https_settings {
    std::string ca_file;        // PEM, in addition to the system's; empty: none
    std::string proxy;          // "http://HOST:PORT" or "socks5h://HOST:PORT"; empty: none
    std::vector<network> allow; // may be asked, though not public
    std::stop_token given_up;   // then a request ends within a second or two
};

struct https_answer {
    unsigned status = 0; // whatever it is, but no redirect
    std::string body;
    std::string url; // the last of the redirects, without its query, which may name the person
    std::optional<std::chrono::seconds> retry_after;
};

enum class https_trouble : std::uint8_t {
    no_such_name,    // of the host that was asked for; of a redirect's it is a bad one
    unknown_name,    // DNS cannot tell now
    refused_address, // it has no public one
    behind_proxy,    // the proxy is there, and could not connect to the host
    tls,
    silent, // the host, or what keeps others from it, answers nothing: there is no connection in `connect_patience`
    timeout,
    closed, // the host is there, and takes no connection
    connection,
    too_large,
    bad_redirect,
    other,
};

constexpr auto names(https_trouble) {
    using enum https_trouble;
    return std::to_array<policy::named<https_trouble>>({{no_such_name, "no_such_name"},
                                                        {unknown_name, "unknown_name"},
                                                        {refused_address, "refused_address"},
                                                        {behind_proxy, "behind_proxy"},
                                                        {tls, "tls"},
                                                        {silent, "silent"},
                                                        {timeout, "timeout"},
                                                        {closed, "closed"},
                                                        {connection, "connection"},
                                                        {too_large, "too_large"},
                                                        {bad_redirect, "bad_redirect"},
                                                        {other, "other"}});
}

struct https_problem {
    https_trouble kind{};
    std::string text;
};

class https_client {
public:
    static constexpr std::size_t largest_body = 256 * 1024, largest_header = 32 * 1024;
    static constexpr unsigned most_redirects = 3;
    static constexpr std::chrono::seconds connect_patience{6}; // TCP and TLS

    // Throws std::runtime_error with a line for people where the settings are unusable: a file that can't be read, another kind
    // of proxy.
    explicit https_client(https_settings settings);
    ~https_client();
    https_client(https_client&&) noexcept;
    https_client& operator=(https_client&&) noexcept;

    std::expected<https_answer, https_problem> get(std::string url, std::chrono::steady_clock::time_point deadline);

private:
    class transfer;

    std::unique_ptr<transfer> transfer_;
};

} // namespace sealgate::milter
