#include "keys/store/bindings.hpp"

#include "keys/base/files.hpp"
#include "keys/certificates/lookup.hpp"
#include "keys/store/listing.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t largest = std::size_t{16} << 20;

std::string at_line(std::size_t number, std::string_view what) {
    return "line " + std::to_string(number) + ": " + std::string(what);
}

} // namespace

std::string bindings::of(std::string_view address_key, std::string_view base_key) const {
    const auto domain = address_key.rfind('@');
    const auto domain_key = domain == std::string_view::npos ? std::string_view{} : address_key.substr(domain);
    for (const auto key : {address_key, base_key, domain_key})
        if (const auto at = all_.find(key); at != all_.end()) return at->second;
    return {};
}

std::set<std::string> bindings::fingerprints() const {
    std::set<std::string> out;
    for (const auto& [key, fingerprint] : all_) out.insert(fingerprint);
    return out;
}

std::filesystem::path bindings_file(const std::filesystem::path& own_certificates) { return own_certificates / "bindings"; }

std::string binding_key(std::string_view spelled) {
    if (spelled.starts_with('@')) {
        const auto domain = policy::canonical_domain(spelled.substr(1));
        return domain.empty() ? std::string{} : "@" + domain;
    }
    const auto who = policy::parse_address(spelled);
    const bool is_address = !who.domain.empty() && !who.local.empty() && policy::is_envelope_address(who.spelled);
    return is_address && who.key().find_first_of(" \t\r\n#") == std::string::npos ? who.key() : std::string{};
}

std::expected<bindings, std::string> parse_bindings(std::string_view content) {
    bindings::map all;
    std::size_t number = 0;
    for (const auto line : text::split(content, '\n')) {
        ++number;
        const auto said = text::trim(line);
        if (said.empty() || said.starts_with('#')) continue;
        const auto space = said.find(' ');
        const auto spelled = said.substr(0, space);
        const auto key = binding_key(spelled);
        const auto fingerprint = space == std::string_view::npos ? std::string{} : canonical_fingerprint(said.substr(space));
        if (key != spelled || fingerprint.empty())
            return std::unexpected(at_line(number, "not an address or @DOMAIN, a space and a whole fingerprint"));
        if (!all.emplace(key, fingerprint).second) return std::unexpected(at_line(number, key + " is bound twice"));
    }
    return bindings(std::move(all));
}

std::string to_text(const bindings& all) {
    std::string out = "# Written by sealgate keys bind and unbind.\n";
    for (const auto& [key, fingerprint] : all.all()) out.append(key).append(" ").append(fingerprint) += '\n';
    return out;
}

std::expected<bindings, std::string> read_bindings(const std::filesystem::path& own_certificates) {
    const auto file = bindings_file(own_certificates);
    const auto with_name = [&](const std::string& problem) {
        return std::unexpected(file.string() + ": " + problem +
                               "; what is bound cannot be told, so mail that needs a key waits");
    };
    try {
        auto out = parse_bindings(read_file(file, largest));
        if (!out) return with_name(out.error());
        return out;
    } catch (const std::system_error& problem) {
        if (problem.code().value() == ENOENT) return bindings();
        return with_name(problem.what());
    }
}

std::expected<bool, std::string> change_bindings(const std::filesystem::path& own_certificates,
                                                 const std::function<void(bindings::map&)>& change,
                                                 const std::function<void()>& announce) {
    make_private_directory(own_certificates);
    const file_lock lock(lock_of_store(own_certificates));
    const auto before = read_bindings(own_certificates);
    if (!before) return std::unexpected(before.error());
    auto all = before->all();
    change(all);
    const bindings after(std::move(all));
    if (after == *before) return false;
    if (announce) announce();
    replace_file(bindings_file(own_certificates), to_text(after));
    return true;
}

} // namespace sealgate::keys
