// Certificates in memory, to be looked up as those of a store are.
#pragma once

#include "keys/certificates/lookup.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sealgate::keys {

class key_index : public key_lookup {
public:
    key_index() = default;
    explicit key_index(const std::vector<stored_certificate>& certificates, key_doubts doubts = {})
        : doubts_(std::move(doubts)) {
        for (const auto& one : certificates) all_.push_back(std::make_shared<const stored_certificate>(one));
    }

private:
    candidates naming(std::string_view address_key) const override {
        const auto names = [&](const shared_certificate& one) {
            return std::ranges::find(one->cert.addresses, address_key) != one->cert.addresses.end();
        };
        candidates out{.all = {},
                       .in_doubt =
                           doubts_.of_all || std::ranges::find(doubts_.addresses, address_key) != doubts_.addresses.end()};
        std::ranges::copy_if(all_, std::back_inserter(out.all), names);
        return out;
    }
    candidates of_fingerprint(std::string_view fingerprint) const override {
        candidates out;
        std::ranges::copy_if(all_, std::back_inserter(out.all),
                             [&](const shared_certificate& one) { return one->cert.fingerprint == fingerprint; });
        return out;
    }

    std::vector<shared_certificate> all_;
    key_doubts doubts_;
};

} // namespace sealgate::keys
