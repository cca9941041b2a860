// Metrics as Prometheus reads them: format, escapes, histograms whose buckets add up, and the one thing that HTTP answers.
#include "milter/control/histogram.hpp"
#include "milter/control/http.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Exposition, IsTheTextFormat) {
    exposition out;
    out.begin("sealgate_x_total", exposition::kind::counter, "Two\nlines, a \\ and \"quotes\".");
    out.sample(3, {{"outcome", "a\"b\\c\nd"}, {"of", ""}});
    out.sample(0.25);
    EXPECT_EQ(out.take(), "# HELP sealgate_x_total Two\\nlines, a \\\\ and \"quotes\".\n# TYPE sealgate_x_total counter\n"
                          "sealgate_x_total{outcome=\"a\\\"b\\\\c\\nd\",of=\"\"} 3\nsealgate_x_total 0.25\n");
}

TEST(Exposition, NumbersAreWhole) {
    EXPECT_EQ(metric_number(0), "0");
    EXPECT_EQ(metric_number(1'000'000'000'000), "1e+12");
    EXPECT_EQ(metric_number(0.0025), "0.0025");
}

TEST(Histogram, BucketsHoldWhatIsNotAboveTheirBound) {
    duration_histogram times;
    times.add(std::chrono::milliseconds(1));
    times.add(std::chrono::milliseconds(3));
    times.add(std::chrono::minutes(5));
    exposition out;
    out.begin("t_seconds", exposition::kind::histogram, "T.");
    times.write(out);
    const auto text = out.take();
    EXPECT_THAT(
        text,
        HasSubstr("t_seconds_bucket{le=\"0.001\"} 1\nt_seconds_bucket{le=\"0.0025\"} 1\nt_seconds_bucket{le=\"0.005\"} 2\n"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "t_seconds_bucket{le=\"60\"} 2\nt_seconds_bucket{le=\"+Inf\"} 3\nt_seconds_sum 300.004\nt_seconds_count 3\n"));
}

TEST(Http, AnswersGetMetricsAlone) {
    const auto metrics = [] { return std::string("x 1\n"); };
    EXPECT_EQ(answer_http("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", metrics),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: 4\r\nConnection: "
              "close\r\n\r\nx 1\n");
    EXPECT_THAT(answer_http("GET /metrics?x=1 HTTP/1.1\r\n\r\n", metrics), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(answer_http("HEAD /metrics HTTP/1.1\r\n\r\n", metrics), testing::EndsWith("\r\n\r\n"));
    EXPECT_THAT(answer_http("GET / HTTP/1.1\r\n\r\n", metrics), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(answer_http("POST /metrics HTTP/1.1\r\n\r\n", metrics), StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(answer_http("\r\n\r\n", metrics), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(answer_http("GET\r\n\r\n", metrics), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(answer_http("GET /metrics", metrics), StartsWith("HTTP/1.1 200 "));
}

} // namespace
} // namespace sealgate::milter
