// Which certificate an administrator bound to an address, or to a whole domain (contract.md section 8): the file `bindings` in
// the directory of the organisation's certificates. A line each, `ADDRESS FINGERPRINT` or `@DOMAIN FINGERPRINT`; what begins
// with # is a remark.
//
// A file that cannot be read, or has a line of another form, is an error as a whole: mail that should go to a partner's gateway
// must not go to an older key meanwhile. Errors are one line for people.
#pragma once

#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace sealgate::keys {

class bindings {
public:
    // By `ADDRESS` as policy::address::key() gives it, or `@DOMAIN` in A-labels.
    using map = std::map<std::string, std::string, std::less<>>;

    bindings() = default;
    explicit bindings(map all)
        : all_(std::move(all)) {}

    // The fingerprint for an address: its own, before that of the address without an extension, if it has one, before that of
    // its domain. Empty: none.
    std::string of(std::string_view address_key, std::string_view base_key = "") const;
    std::set<std::string> fingerprints() const; // that stand in it
    const map& all() const { return all_; }

    bool operator==(const bindings&) const = default;

private:
    map all_;
};

std::filesystem::path bindings_file(const std::filesystem::path& own_certificates);

// What an administrator writes, "Kay@Example.org" or "@example.org", as the map has it. Empty where it is neither.
std::string binding_key(std::string_view spelled);

std::expected<bindings, std::string> parse_bindings(std::string_view content);
std::string to_text(const bindings& all);

// None where there is no file.
std::expected<bindings, std::string> read_bindings(const std::filesystem::path& own_certificates);

// Under the lock of the directory. `change` is given what is there. Returns whether it made another of it; then `announce` was
// called before that is in force. Throws std::system_error, and what `announce` throws; then nothing is changed.
std::expected<bool, std::string> change_bindings(const std::filesystem::path& own_certificates,
                                                 const std::function<void(bindings::map&)>& change,
                                                 const std::function<void()>& announce = {});

} // namespace sealgate::keys
