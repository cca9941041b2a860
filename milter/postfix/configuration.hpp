// Postfix's configuration as values: main.cf and master.cf, read out of what postconf(1) prints. Others write these files, and
// by hand: what is not understood is passed over or is an error, never a crash. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

// By name. A value is one line, as postconf joins it.
using postfix_parameters = std::map<std::string, std::string, std::less<>>;

// A line of master.cf.
struct postfix_service {
    std::string name, type; // as it is spelled there: "submission", "inet"
    bool is_chrooted = false;
    std::string program;              // "smtpd"
    std::string line;                 // all of it, in one
    postfix_parameters own = {};      // of -o, as they are spelled
    postfix_parameters in_force = {}; // and with $names put in

    std::string key() const { return name + "/" + type; }
    bool is_smtpd() const { return program == "smtpd"; }
    // Of a service on the network: the port, and the host that it is bound to; empty: all of inet_interfaces.
    std::optional<std::uint16_t> port() const;
    std::string host() const;
    bool is_on_loopback() const;
};

struct postfix_configuration {
    std::string directory;       // of main.cf
    postfix_parameters set;      // what main.cf says, as it is spelled
    postfix_parameters in_force; // all there are, with $names put in
    std::vector<postfix_service> services;

    // Of main.cf; empty where there is none of that name.
    const std::string& value(std::string_view name) const;
    // As it holds in that service.
    const std::string& value(const postfix_service& of, std::string_view name) const;
    // As it is spelled, in main.cf or a service; nothing where it is not set.
    std::optional<std::string> spelled(std::string_view name) const;
    std::vector<std::string> networks() const; // mynetworks, as far as they are networks and no tables
    std::optional<std::uint64_t> number(std::string_view name) const;

    const postfix_service* find(std::string_view key) const;
    // The smtpd that is bound to that port, if there is one.
    const postfix_service* at_port(std::uint16_t port) const;
};

// "name = value" lines, as postconf -n and -x print them.
postfix_parameters parse_parameters(std::string_view printed);

// What postconf -M, -P and -xP print. The error names a line that is none.
std::expected<std::vector<postfix_service>, std::string> parse_services(std::string_view lines, std::string_view own,
                                                                        std::string_view in_force);

// A list as Postfix reads it: separated by commas and white space; what stands in braces is one element, with its braces.
std::vector<std::string> split_list(std::string_view value);

} // namespace sealgate::milter
