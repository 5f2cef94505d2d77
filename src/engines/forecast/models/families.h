// The families of models, each in a file of its own; models.cpp puts them into one list. What a family offers beyond
// the common interface is in its own header.
#pragma once
#include <span>

#include "engines/forecast/model.h"

namespace fairlead::forecast {

std::span<const Model> naive_family();         // naive, seasonal_naive, drift, mean
std::span<const Model> ets_family();           // ses, holt, damped, ets, ets_average
std::span<const Model> theta_family();         // theta, theta_optimised, theta_dynamic, theta_log, theta_box_cox
std::span<const Model> ces_family();           // ces
std::span<const Model> arima_family();         // arima
std::span<const Model> ar_family();            // ar
std::span<const Model> seasonal_ar_family();   // ar_seasonal
std::span<const Model> mstl_family();          // mstl
std::span<const Model> intermittent_family();  // croston, croston_sba, tsb, adida, imapa

// What every model asks first: a horizon, finite values and enough of them. `model` is the label for the message.
Result<void> check_question(const Question& question, std::string_view model, int least);
// Refuses values at or below zero, for models of logarithms and ratios.
Result<void> check_positive(const Question& question, std::string_view model);

// Refuses regressors that are not as long as the series and the horizon, or not finite.
Result<void> check_regressors(const Question& question);

// The deviation told where a model has seen no error of its own to judge by (one value, one season): as wide as the
// largest value, 0 for zeros.
double unknown_deviation(std::span<const double> values);

// For `Model::least`: always so many.
template <int Count>
constexpr int at_least(int) {
    return Count;
}

// A model's answer to one question, where it answers several at once.
template <std::vector<Result<Fit>> (*Many)(std::span<const Question>)>
Result<Fit> one_of(const Question& question) {
    return std::move(Many(std::span(&question, 1)).front());
}

// "season of 12" and the like for descriptions; empty for a season of 1.
std::string season_words(int season);

// The criterion for small samples of a Gaussian log-likelihood (Hurvich and Tsai 1989): infinite where `count` is not
// above `parameters` + 1.
double corrected_aic(double log_likelihood, int parameters, std::size_t count);

}  // namespace fairlead::forecast
