// What a mail holds of ciphertext in pieces too short to be judged one by one, looked at as one: a letter of which each
// part, packet or key id has a few words is a letter.
//
// One for each mail; its parts and packets are shown to it in their order. What is long enough is judged by itself
// (keys/openpgp/noise.hpp) and not taken here. The same piece again counts once: the same armor stands in a text and in its
// HTML, and the same reader in each part. Once something can be read, nothing is noise any more. Pure; keeps a hash of each
// piece.
// Tested by openpgp/packets_test.
#pragma once

#include "keys/openpgp/noise.hpp"

#include <cstddef>
#include <functional>
#include <string_view>
#include <unordered_set>

namespace sealgate::keys {

class piecemeal_noise {
public:
    // Each says whether all of its kind until now looks like noise.
    bool add_session_key(std::string_view octets) { return session_keys_.add(octets); } // and what else is before the data
    bool add_reader(std::string_view octets) { return readers_.add(octets); }           // key id or fingerprint
    bool add_data(std::string_view octets) { return data_.add(octets); }
    bool add_digits(std::string_view base64); // of armor

    // Whether data of that many octets are for add_data().
    static bool takes_data_of(std::size_t size) { return size <= largest_piece; }

private:
    static constexpr std::size_t largest_piece = 2048;

    class different_pieces {
    public:
        bool are_new(std::string_view octets) { return hashes_.insert(std::hash<std::string_view>{}(octets)).second; }

    private:
        std::unordered_set<std::size_t> hashes_;
    };

    class pieces_of_noise {
    public:
        bool add(std::string_view octets) {
            if (different_.are_new(octets)) meter_.add(octets);
            return meter_.is_noise();
        }

    private:
        different_pieces different_;
        noise_meter meter_;
    };

    pieces_of_noise session_keys_, readers_, data_;
    different_pieces different_digits_;
    digit_meter digits_;
};

} // namespace sealgate::keys
