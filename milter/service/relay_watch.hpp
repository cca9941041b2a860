// Mail to somebody outside that passes undecided, since nothing makes it outgoing: counted, and told once a day and client.
//
// A backup MX and a mailing list do that; so does a webmail host that nobody has named in gateway.outgoing, and staff's mail
// goes round the policy there. Memory: a fixed number of clients a day, the others are told as one. One thread at a time.
#pragma once

#include "milter/protocol/transaction.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace sealgate::milter {

class relay_watch {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // `tell` gets a line for the journal.
    explicit relay_watch(std::function<void(std::string_view)> tell, std::size_t most_clients = 200)
        : tell_(std::move(tell))
        , most_clients_(most_clients) {}

    void saw(const connected_client& client, std::string_view queue_id, time_point now);

    // Such mails since the start.
    std::uint64_t count() const { return count_; }

private:
    struct relay {
        time_point told;
        std::uint64_t since = 0; // mails after the one that was told
    };

    bool has_room(time_point now);

    std::function<void(std::string_view)> tell_;
    std::size_t most_clients_;
    std::map<std::string, relay> relays_; // by what the client is called in the line
    std::uint64_t count_ = 0;
};

} // namespace sealgate::milter
