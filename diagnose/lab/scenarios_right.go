package lab

var rightScenarios []Scenario
