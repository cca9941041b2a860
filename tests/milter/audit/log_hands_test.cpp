// Each thing that another's hand does to an audit log: the gateway goes on, loses nothing of what is left, and says what it
// found.
#include "tests/milter/audit/found_log.hpp"

#include <functional>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using policy::log_state;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct hand {
    const char* name;
    std::function<void(const fs::path& log, const fs::path& older, const fs::path& elsewhere)> does;
    log_state while_running, while_stopped;
    std::uint64_t first_flaw; // record
};

void PrintTo(const hand& of, std::ostream* out) { *out << of.name; }

void overwrite_end(const fs::path& log, std::string_view with) {
    std::fstream file(log, std::ios::in | std::ios::out);
    file.seekp(-static_cast<std::streamoff>(with.size()), std::ios::end) << with;
}

const hand hands[] = {
    {"copytruncate",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::copy_file(log, elsewhere);
         fs::resize_file(log, 0);
     },
     log_state::emptied, log_state::behind, 1},
    {"cut between records",
     [](const fs::path& log, const fs::path& older, const fs::path&) { fs::resize_file(log, fs::file_size(older)); },
     log_state::cut, log_state::behind, 3},
    {"cut within a record",
     [](const fs::path& log, const fs::path&, const fs::path&) { fs::resize_file(log, fs::file_size(log) - 20); },
     log_state::cut, log_state::behind, 4},
    {"appended",
     [](const fs::path& log, const fs::path&, const fs::path&) { std::ofstream(log, std::ios::app) << "I was here\n"; },
     log_state::grown, log_state::damaged, 5},
    {"appended without an end",
     [](const fs::path& log, const fs::path&, const fs::path&) { std::ofstream(log, std::ios::app) << "I was"; },
     log_state::grown, log_state::damaged, 5},
    {"a hole of NULs",
     [](const fs::path& log, const fs::path&, const fs::path&) { fs::resize_file(log, fs::file_size(log) + 100); },
     log_state::grown, log_state::damaged, 5},
    {"removed", [](const fs::path& log, const fs::path&, const fs::path&) { fs::remove(log); }, log_state::gone,
     log_state::behind, 1},
    {"moved", [](const fs::path& log, const fs::path&, const fs::path& elsewhere) { fs::rename(log, elsewhere); },
     log_state::gone, log_state::behind, 1},
    {"moved, and another made",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::rename(log, elsewhere);
         std::ofstream(log) << "";
     },
     log_state::replaced, log_state::behind, 1},
    {"an older copy moved there", [](const fs::path& log, const fs::path& older, const fs::path&) { fs::rename(older, log); },
     log_state::replaced, log_state::behind, 3},
    {"an older copy written there",
     [](const fs::path& log, const fs::path& older, const fs::path&) {
         fs::copy_file(older, log, fs::copy_options::overwrite_existing);
     },
     log_state::cut, log_state::behind, 3},
    {"the last record changed", [](const fs::path& log, const fs::path&, const fs::path&) { overwrite_end(log, "\"}!\n"); },
     log_state::changed, log_state::behind, 4},
    {"something else written there",
     [](const fs::path& log, const fs::path&, const fs::path&) { std::ofstream(log) << "nothing of yours\n"; }, log_state::cut,
     log_state::behind, 1},
    {"a directory in its place",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::rename(log, elsewhere);
         fs::create_directories(log / "within");
     },
     log_state::replaced, log_state::no_file, 1},
    {"a pipe in its place",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::rename(log, elsewhere);
         ::mkfifo(log.c_str(), 0600);
     },
     log_state::replaced, log_state::no_file, 1},
    {"a link that leads nowhere",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::rename(log, elsewhere);
         fs::create_symlink(log.parent_path() / "none" / "none", log);
     },
     log_state::replaced, log_state::no_file, 1},
    {"a link that leads to itself",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::rename(log, elsewhere);
         fs::create_symlink(log, log);
     },
     log_state::replaced, log_state::no_file, 1},
};

class FoundLogOfOthers : public FoundLog, public testing::WithParamInterface<hand> {
protected:
    // What is lost is told for good, and the rest is proved.
    void expect_told(log_state what) {
        const auto found = told();
        ASSERT_TRUE(found);
        EXPECT_EQ(name_of(found->what), name_of(what));
        EXPECT_EQ(found->last_record, 4u);
        EXPECT_TRUE(found->kept_as.empty() || fs::exists(fs::symlink_status(directory / found->kept_as))) << found->kept_as;
        const auto proof = verified();
        ASSERT_FALSE(proof.problems.empty());
        EXPECT_EQ(proof.problems.size(), 1u) << proof.problems.back().text;
        EXPECT_EQ(proof.problems[0].record, GetParam().first_flaw) << proof.problems[0].text;
        EXPECT_THAT(proof.notes, Contains(HasSubstr("record 5 says that at ")));
        EXPECT_THAT(proof.notes, Contains(HasSubstr(" behind that: each follows the one before it")));
    }

    void expect_to_go_on() {
        said.clear();
        const auto files = log_files(directory);
        {
            audit_log log(options());
            write(log, 1);
        }
        EXPECT_THAT(said, IsEmpty()) << "told once";
        EXPECT_EQ(log_files(directory), files);
    }

    fs::path older = scratch.path() / "older.jsonl";
};

TEST_P(FoundLogOfOthers, WhileTheGatewayRuns) {
    {
        audit_log log(options());
        write(log, 2);
        fs::copy_file(path(), older);
        write(log, 2);
        GetParam().does(path(), older, elsewhere);
        write(log, 2);
    }
    EXPECT_THAT(lines_of(path()), SizeIs(3));
    EXPECT_THAT(said, testing::ElementsAre(HasSubstr("THE AUDIT LOG IS NOT AS THE GATEWAY LEFT IT: ")));
    expect_told(GetParam().while_running);
    expect_to_go_on();
    expect_told(GetParam().while_running);
}

TEST_P(FoundLogOfOthers, WhileTheGatewayIsStopped) {
    {
        audit_log log(options());
        write(log, 2);
        fs::copy_file(path(), older);
        write(log, 2);
    }
    GetParam().does(path(), older, elsewhere);
    {
        audit_log log(options());
        write(log, 2);
    }
    EXPECT_THAT(lines_of(path()), SizeIs(3));
    EXPECT_THAT(said, testing::ElementsAre(HasSubstr("THE AUDIT LOG IS NOT AS THE GATEWAY LEFT IT: ")));
    expect_told(GetParam().while_stopped);
    expect_to_go_on();
}

INSTANTIATE_TEST_SUITE_P(Hands, FoundLogOfOthers, testing::ValuesIn(hands));

} // namespace
} // namespace sealgate::milter
