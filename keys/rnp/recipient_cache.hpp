// Certificates as librnp holds them, each alone in an object of its own: two that share a subkey would disturb each other.
//
// librnp parses them anew only where they changed, and each hour; the ones used longest ago go. It judges a key when it reads
// it and never again, so whether a key has ended meanwhile is asked here at each use. What gpg has judged is judged by gpg:
// this only refuses more. One object belongs to one thread at a time. Tested by rnp/engine_test.
#pragma once

#include "keys/rnp/librnp.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sealgate::keys {

class recipient_cache {
public:
    explicit recipient_cache(std::size_t most)
        : most_(most) {}

    // The encryption subkey with that fingerprint (hex digits) of a binary certificate, until trim(); or why librnp does not
    // encrypt to it at that time (seconds since 1970).
    std::expected<rnp_key_handle_t, std::string> find(std::string_view certificate, const std::string& subkey,
                                                      std::uint64_t now);

    // Lets go of what is too much, once a message is done.
    void trim();

private:
    struct parsed {
        std::string digest;
        rnp_ffi ffi;
        rnp_key key;
        std::uint64_t valid_till = 0; // UINT64_MAX: it does not end
        std::uint64_t read_at = 0;
    };
    static std::expected<parsed, std::string> parse(std::string_view certificate, const std::string& subkey,
                                                    std::string digest);
    void forget(std::list<parsed>::iterator one);

    std::size_t most_;
    std::list<parsed> used_; // the last one first
    std::unordered_map<std::string_view, std::list<parsed>::iterator> by_digest_;
};

} // namespace sealgate::keys
