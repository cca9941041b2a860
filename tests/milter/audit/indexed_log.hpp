// A log on disk and the questions to it, answered with indexes and without: for tests that the answers are the same.
#pragma once

#include "keys/base/files.hpp"
#include "milter/audit/address_resolver.hpp"
#include "milter/audit/index_file.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/line_choice.hpp"
#include "milter/audit/search.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

namespace sealgate::milter {

// All that a question tells: what is printed, and what is complained about.
struct told {
    std::vector<std::string> lines;
    std::uint64_t damaged = 0, under_another_key = 0, under_unknown_key = 0, without_domain = 0;
    std::string key_in_use;
    bool operator==(const told&) const = default;
};

inline void PrintTo(const told& all, std::ostream* out) {
    for (const auto& line : all.lines) *out << '\n' << line.substr(0, 300);
    *out << '\n'
         << all.damaged << " damaged, " << all.under_another_key << " and " << all.under_unknown_key << " hashed, "
         << all.without_domain << " without domain, key " << all.key_in_use;
}

class IndexedLog : public testing::Test {
protected:
    IndexedLog() { std::filesystem::create_directory(directory); }

    std::filesystem::path file(std::uint64_t first_record) const { return rotated_log(directory, first_record); }
    std::filesystem::path written() const { return written_log(directory); }
    static void append(const std::filesystem::path& log, const std::string& text) {
        std::ofstream(log, std::ios::app | std::ios::binary) << text;
    }
    // So many decisions, by ten senders.
    static void fill(const std::filesystem::path& log, int first, int count) {
        for (int i = first; i < first + count; ++i)
            append(log, R"({"id":")" + id(i) + R"(","sender":"staff)" + std::to_string(i % 10) +
                            R"(@example.org","outcome":"deliver","recipients":[]})" + "\n");
    }
    static std::string id(int number) { return "ID" + std::to_string(100000 + number); }

    // In small parts, and at once.
    static indexing small() {
        return {.least = 0, .least_growth = 0, .part = 3000, .settled = std::chrono::milliseconds(0), .stop = {}};
    }
    // Indexes that are there are asked, and none is made.
    static indexing none_made() {
        auto out = small();
        out.least = out.least_growth = off_t{1} << 40;
        return out;
    }
    void index_all() const {
        for (const auto& log : log_files(directory)) EXPECT_TRUE(bring_index_up_to_date(log, small())) << log;
    }

    static void tell(told& to, audit_search& log) {
        for (found_record one; log.next(one);) to.lines.push_back(one.line);
        const auto hashed = log.hashed();
        to.damaged = log.damaged();
        to.under_another_key = hashed.under_another_key;
        to.under_unknown_key = hashed.under_unknown_key;
        to.without_domain = hashed.without_domain;
        to.key_in_use = log.key_in_use();
    }
    told ask_in(const std::filesystem::path& log, const policy::query& asked, const indexing& how) const {
        told out;
        audit_search search(log, asked, address_resolver(gateway), how);
        tell(out, search);
        return out;
    }
    told ask(const policy::query& asked, const indexing& how = none_made()) const { return ask_in(directory, asked, how); }
    // Of a copy of the log beside which there is no index, and none is made.
    told ask_without_index(const policy::query& asked) const {
        const auto copy = scratch.path() / "copy";
        std::filesystem::remove_all(copy);
        std::filesystem::create_directory(copy);
        for (const auto& log : log_files(directory)) std::filesystem::copy(log, copy / log.filename());
        return ask_in(copy, asked, none_made());
    }
    void expect_same(const policy::query& asked, const indexing& how = none_made()) const {
        EXPECT_EQ(ask(asked, how), ask_without_index(asked));
    }
    // Whether the index answers that for that file alone.
    bool is_answered(const std::filesystem::path& log, const policy::query& asked) const {
        const policy::address_key_in_use key(address_resolver(gateway).key_id());
        const auto chosen = choice_for(asked, key, none_made())(log, keys::input_file(log));
        return chosen && chosen->covered > 0;
    }

    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    std::filesystem::path directory = scratch.path() / "audit";
    config gateway;
};

} // namespace sealgate::milter
