package lab

var preflightScenarios []Scenario
