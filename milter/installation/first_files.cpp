#include "milter/installation/first_files.hpp"

#include "milter/installation/builtin_templates.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"
#include "policy/mail/address.hpp"

#include <algorithm>
#include <stdexcept>

namespace sealgate::milter {

namespace {

constexpr std::string_view mark_begins = "# Written by sealgate setup (",
                           mark_ends = "), which writes it anew as long as nobody has changed it.\n";
constexpr std::size_t longest_name = 253;

std::string template_named(std::string_view name) {
    const auto found = std::ranges::find(builtin_templates(), name, &builtin_template::name);
    return std::string(found->content);
}

// One line of a template, known by how it begins.
void put(std::string& in, std::string_view beginning, const std::string& line) {
    const auto at = in.starts_with(beginning) ? 0 : in.find("\n" + std::string(beginning));
    if (at == std::string::npos) throw std::logic_error("no line of the template begins: " + std::string(beginning));
    const auto from = at == 0 ? at : at + 1;
    in.replace(from, in.find('\n', from) - from, line);
}

std::string yaml_list(const std::vector<std::string>& values) {
    std::vector<std::string> quoted;
    for (const auto& one : values) quoted.push_back(one.contains(':') ? "\"" + one + "\"" : one);
    return "[" + text::join(quoted, ", ") + "]";
}

std::string host_port(const inet_endpoint& where) {
    const auto text = to_string(endpoint(where)).substr(sizeof "inet:" - 1);
    return text.starts_with('[') ? "\"" + text + "\"" : text;
}

} // namespace

std::expected<std::string, std::string> read_domain(std::string_view typed) {
    const auto domain = text::lower(text::trim(typed));
    const auto is_part = [](char c) {
        return text::is_alphanumeric(c) || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
    };
    const bool is_one = domain.contains('.') && !domain.starts_with('.') && !domain.starts_with('-') &&
                        !domain.ends_with('.') && !domain.contains("..") && domain.size() <= longest_name &&
                        std::ranges::all_of(domain, is_part) && text::is_utf8(domain);
    if (is_one) return domain;
    return std::unexpected("\"" + text::printable(typed, 80) + "\" is no domain such as example.org");
}

std::expected<std::string, std::string> read_mail_address(std::string_view typed) {
    const std::string address(text::trim(typed));
    const auto at = address.rfind('@');
    const auto is_part = [](char c) { return text::is_alphanumeric(c) || std::string_view(".+-_").contains(c); };
    if (at != std::string::npos && at > 0 && text::is_alphanumeric(address.front()) &&
        std::ranges::all_of(address.substr(0, at), is_part) && read_domain(std::string_view(address).substr(at + 1)))
        return address;
    return std::unexpected("\"" + text::printable(typed, 80) + "\" is no address such as postmaster@example.org");
}

std::string first_gateway_file(const setup_answers& answers, const setup_facts& facts) {
    auto out = template_named("sealgate.yaml");
    put(out, "# sealgate.yaml: ", "# sealgate.yaml: how the gateway runs. See sealgate(8).");
    put(out, "  listen: ", "  listen: unix:" + facts.socket);
    put(out, "  state: ", "  state: " + facts.state);
    put(out, "  submit: ", "  submit: " + host_port(facts.submit));
    put(out, "  mode: ", "  mode: " + std::string(name_of(answers.mode)));
    put(out, "    networks: ", "    networks: " + yaml_list(facts.networks));
    put(out, "  limits: ",
        "  limits: {message_size: " + std::to_string(facts.message_size >> 10) +
            "KiB, memory: 512MiB, copies: 1GiB, connections: 1000, crypto_workers: auto}");
    put(out, "# keys:", "keys:");
    put(out, "#   watch: ", "  watch: {mail: [" + answers.from + "], before: [30d, 7d, 1d]}");
    put(out, "# held: ",
        "held: {notify: [" + answers.from + "], remind: 24h, expire: 30d, submit: " + host_port(facts.held_submit) + "}");
    return out;
}

std::string first_policy_file(const setup_answers& answers) {
    auto out = template_named("policy.yaml");
    put(out, "# policy.yaml: ", "# policy.yaml: what is allowed. See sealgate(8).");
    put(out, "# Replace example.org by your own", "# After a change: sealgate check, then sealgate reload");
    put(out, "  name: ", "  name: " + answers.domains.front() + " # as staff read it");
    put(out, "  domains: ", "  domains: " + yaml_list(answers.domains) + " # our own mail service: the tier `organisation`");
    put(out, "    domains: [partner.example]",
        "    domains: []                         # your partners: see secure.txt for what to check first");
    put(out, "  from: ", "  from: " + answers.from);
    put(out, "  help: ", "  # help: https://…                   # a page of your own for staff: sealgate handbook writes one");
    return out;
}

std::string with_mark(std::string_view content) {
    return std::string(mark_begins) + sha256_hex(content).substr(0, 16) + std::string(mark_ends) + std::string(content);
}

bool is_unchanged_since_setup(std::string_view content) {
    const auto first = content.find('\n');
    return first != std::string_view::npos && content.starts_with(mark_begins) &&
           content == with_mark(content.substr(first + 1));
}

} // namespace sealgate::milter
