package lab

var cacheScenarios []Scenario
