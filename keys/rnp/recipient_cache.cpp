#include "keys/rnp/recipient_cache.hpp"

#include "keys/base/files.hpp"
#include "policy/crypto/digest.hpp"

#include <iterator>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::uint64_t an_hour = 3600; // seconds: what ends a signature is not told

std::string problem_with(rnp_key_handle_t key) {
    bool valid = false, encrypts = false;
    if (rnp_key_is_valid(key, &valid) != RNP_SUCCESS || !valid) return "librnp finds its encryption subkey not valid";
    if (rnp_key_allows_usage(key, "encrypt", &encrypts) != RNP_SUCCESS || !encrypts)
        return "librnp finds its subkey not made for encryption";
    return {};
}

} // namespace

// PERMISSIVE leaves out what librnp cannot read: a revocation among it, which gpg has looked at.
std::expected<recipient_cache::parsed, std::string> recipient_cache::parse(std::string_view certificate,
                                                                           const std::string& subkey, std::string digest) {
    if (certificate.empty() || certificate.size() > largest_key_file) return std::unexpected("a certificate of that size");
    parsed out{.digest = std::move(digest), .ffi = new_ffi(), .key = {}};
    const auto input = input_from(certificate);
    constexpr auto flags = RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_PERMISSIVE;
    if (const auto error = rnp_import_keys(out.ffi.get(), input.get(), flags, nullptr); error != RNP_SUCCESS)
        return std::unexpected("librnp cannot read a certificate: " + text_of_rnp(error));
    rnp_key_handle_t key = nullptr; // not found is a success without a handle
    if (rnp_locate_key(out.ffi.get(), "fingerprint", subkey.c_str(), &key) != RNP_SUCCESS || key == nullptr)
        return std::unexpected("librnp finds no subkey " + subkey);
    out.key.reset(key);
    if (auto problem = problem_with(key); !problem.empty()) return std::unexpected(std::move(problem));
    if (rnp_key_valid_till64(key, &out.valid_till) != RNP_SUCCESS)
        return std::unexpected("librnp does not say how long it lasts");
    return out;
}

std::expected<rnp_key_handle_t, std::string> recipient_cache::find(std::string_view certificate, const std::string& subkey,
                                                                   std::uint64_t now) {
    auto digest = sha256_hex(certificate) + subkey;
    const auto known = by_digest_.find(digest);
    if (known != by_digest_.end() && now - known->second->read_at < an_hour) {
        used_.splice(used_.begin(), used_, known->second);
    } else {
        if (known != by_digest_.end()) forget(known->second);
        auto fresh = parse(certificate, subkey, std::move(digest));
        if (!fresh) return std::unexpected(std::move(fresh.error()));
        fresh->read_at = now;
        used_.push_front(*std::move(fresh));
        by_digest_.emplace(used_.front().digest, used_.begin());
    }
    const auto& found = used_.front();
    if (found.valid_till <= now) return std::unexpected("librnp finds its encryption subkey at its end");
    return found.key.get();
}

void recipient_cache::forget(std::list<parsed>::iterator one) {
    by_digest_.erase(one->digest);
    used_.erase(one);
}

void recipient_cache::trim() {
    while (used_.size() > most_) forget(std::prev(used_.end()));
}

} // namespace sealgate::keys
